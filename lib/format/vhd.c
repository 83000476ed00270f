// SPDX-License-Identifier: LGPL-2.1-only
#include "format/vhd.h"

#include <string.h>

#include "base/bytes.h"

enum {
	FOOTER_DATA_OFFSET_AT = 16,
	FOOTER_TYPE_AT = 60,
	HEADER_CHECKSUM_AT = 36,
	LOCATORS_AT = 576,
	LOCATOR_SIZE = 24,
};

#define CODE_NONE 0x00000000u
#define CODE_MACX 0x4d616358u /* "MacX": file URL, UTF-8 */
#define CODE_W2KU 0x57326b75u /* "W2ku": UTF-16LE */
#define CODE_W2RU 0x57327275u /* "W2ru": UTF-16LE */

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
	return true;
}

/* One's complement of the sum of all bytes, the checksum's own left out. */
static uint32_t header_checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (int i = 0; i < VHD_HEADER_SIZE; i++) {
		if (i < HEADER_CHECKSUM_AT || i >= HEADER_CHECKSUM_AT + 4)
			sum += header[i];
	}
	return ~sum;
}

bool vhd_parse_header(const uint8_t *header, struct vhd_header *out,
		      const char **why)
{
	struct vhd_header h = { 0 };

	if (memcmp(header, "cxsparse", 8) != 0) {
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
		struct vhd_locator *loc = &h.locators[h.locator_count];

		if (code == CODE_NONE)
			continue;
		loc->len = get_be32(p + 8);
		loc->at = get_be64(p + 16);
		if (code == CODE_MACX) {
			loc->encoding = VHD_UTF8;
		} else if (code == CODE_W2KU || code == CODE_W2RU) {
			loc->encoding = VHD_UTF16LE;
		} else {
			*why = "a parent locator has a code that libvhd does "
			       "not write";
			return false;
		}
		if (loc->len > VHD_LOCATOR_MAX) {
			*why = "a parent locator is too long";
			return false;
		}
		if (loc->len)
			h.locator_count++;
	}
	*out = h;
	return true;
}

void vhd_header_seal(uint8_t *header)
{
	put_be32(header + HEADER_CHECKSUM_AT, header_checksum(header));
}

static uint16_t get_char(const uint8_t *bytes, enum vhd_encoding encoding,
			 size_t i)
{
	switch (encoding) {
	case VHD_UTF16BE:
		return get_be16(bytes + 2 * i);
	case VHD_UTF16LE:
		return (uint16_t)((unsigned)bytes[2 * i + 1] << 8 |
				  bytes[2 * i]);
	case VHD_UTF8:
		break;
	}
	return bytes[i];
}

size_t vhd_name_get(const uint8_t *bytes, size_t len,
		    enum vhd_encoding encoding, char *ascii, size_t max)
{
	size_t room = encoding == VHD_UTF8 ? len : len / 2;
	size_t n;

	for (n = 0; n < room && n < max; n++) {
		uint16_t c = get_char(bytes, encoding, n);

		if (c == 0)
			break;
		ascii[n] = c < 128 ? (char)c : '?';
	}
	return n;
}

void vhd_name_put(uint8_t *bytes, enum vhd_encoding encoding,
		  const char *before, const char *after, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (before[i] == after[i])
			continue;
		/* Uuids are ASCII: the other byte of the pair stays 0. */
		switch (encoding) {
		case VHD_UTF16BE:
			bytes[2 * i + 1] = (uint8_t)after[i];
			break;
		case VHD_UTF16LE:
			bytes[2 * i] = (uint8_t)after[i];
			break;
		case VHD_UTF8:
			bytes[i] = (uint8_t)after[i];
			break;
		}
	}
}
