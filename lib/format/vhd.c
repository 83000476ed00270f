// SPDX-License-Identifier: LGPL-2.1-only
#include "format/vhd.h"

#include <string.h>

#include "base/bytes.h"

enum {
	FOOTER_DATA_OFFSET_AT = 16,
	FOOTER_CREATOR_AT = 28,
	FOOTER_VERSION_AT = 32,
	FOOTER_SIZE_AT = 48,
	FOOTER_TYPE_AT = 60,
	FOOTER_CHECKSUM_AT = 64,
	FOOTER_UUID_AT = 68,
	FOOTER_HIDDEN_AT = 85,
	HEADER_PARENT_UUID_AT = 40,
	HEADER_CHECKSUM_AT = 36,
	LOCATORS_AT = 576,
	LOCATOR_SIZE = 24,
};

/* libvhd passes over the older forms that the format has, Wi2k, Wi2r and Mac. */
#define CODE_NONE 0x00000000u
#define CODE_MACX 0x4d616358u /* "MacX": file URL, UTF-8 */
#define CODE_W2KU 0x57326b75u /* "W2ku": UTF-16LE */
#define CODE_W2RU 0x57327275u /* "W2ru": UTF-16LE */

/* One's complement of the sum of all bytes, the checksum's own left out. */
static uint32_t checksum(const uint8_t *bytes, int len, int checksum_at)
{
	uint32_t sum = 0;

	for (int i = 0; i < len; i++)
		sum += bytes[i];
	for (int i = checksum_at; i < checksum_at + 4; i++)
		sum -= bytes[i];
	return ~sum;
}

static uint32_t header_checksum(const uint8_t *header)
{
	return checksum(header, VHD_HEADER_SIZE, HEADER_CHECKSUM_AT);
}

/* The first two versions of blktap marked a VHD hidden without renewing its
 * checksum, and libvhd takes such a footer. */
static bool footer_is_sound(const uint8_t *sector)
{
	uint32_t told = get_be32(sector + FOOTER_CHECKSUM_AT);
	uint32_t sum = checksum(sector, VHD_SECTOR, FOOTER_CHECKSUM_AT);
	uint32_t version = get_be32(sector + FOOTER_VERSION_AT);

	if (sum == told)
		return true;
	return memcmp(sector + FOOTER_CREATOR_AT, "tap", 3) == 0 &&
	       (version == 0x1 || version == 0x10001) &&
	       sum + sector[FOOTER_HIDDEN_AT] == told;
}

bool vhd_parse_footer(const uint8_t *sector, struct vhd_footer *out)
{
	uint32_t type = get_be32(sector + FOOTER_TYPE_AT);
	bool poisoned = memcmp(sector, "v_poison", 8) == 0;

	if ((memcmp(sector, "conectix", 8) != 0 && !poisoned) ||
	    type < VHD_FIXED || type > VHD_DIFFERENCING)
		return false;
	out->poisoned = poisoned;
	out->type = (enum vhd_type)type;
	out->header_at = get_be64(sector + FOOTER_DATA_OFFSET_AT);
	out->size = get_be64(sector + FOOTER_SIZE_AT);
	out->is_sound = poisoned || footer_is_sound(sector);
	memcpy(out->uuid.bytes, sector + FOOTER_UUID_AT,
	       sizeof(out->uuid.bytes));
	return true;
}

bool vhd_has_header(const uint8_t *header)
{
	return memcmp(header, "cxsparse", 8) == 0;
}

static enum name_encoding encoding_of(uint32_t code)
{
	switch (code) {
	case CODE_MACX:
		return NAME_UTF8;
	case CODE_W2KU:
	case CODE_W2RU:
		return NAME_UTF16LE;
	default:
		return NAME_UNKNOWN;
	}
}

bool vhd_parse_header(const uint8_t *header, struct vhd_header *out,
		      const char **why)
{
	struct vhd_header h = { 0 };

	if (!vhd_has_header(header)) {
		*why = "it has no dynamic header where its footer says";
		return false;
	}
	if (get_be32(header + HEADER_CHECKSUM_AT) != header_checksum(header)) {
		*why = "the checksum of its header is wrong";
		return false;
	}
	for (int i = 0; i < VHD_LOCATORS; i++) {
		const uint8_t *p = header + LOCATORS_AT + i * LOCATOR_SIZE;
		uint32_t code = get_be32(p);
		struct parent_name *loc = &h.locators[h.locator_count];

		if (code == CODE_NONE)
			continue;
		loc->len = get_be32(p + 8);
		loc->at = get_be64(p + 16);
		loc->encoding = encoding_of(code);
		if (loc->len > PARENT_NAME_MAX &&
		    loc->encoding == NAME_UNKNOWN) {
			loc->len = PARENT_NAME_MAX;
		} else if (loc->len > PARENT_NAME_MAX) {
			*why = "a parent locator is too long";
			return false;
		}
		if (loc->len)
			h.locator_count++;
	}
	memcpy(h.parent_uuid.bytes, header + HEADER_PARENT_UUID_AT,
	       sizeof(h.parent_uuid.bytes));
	*out = h;
	return true;
}

void vhd_header_seal(uint8_t *header)
{
	put_be32(header + HEADER_CHECKSUM_AT, header_checksum(header));
}
