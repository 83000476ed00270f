// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A VHD's footer copy, header and names.
 */
#include "format/uuid_scan.h"
#include "format/vhd.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sr_builder.h"

static void check_name(uint8_t *bytes, size_t len, enum name_encoding encoding)
{
	char name[PARENT_NAME_MAX], again[PARENT_NAME_MAX];
	struct uuid uuid = { { 1, 2, 3 } };
	struct uuid_hit hit;
	size_t n = parent_name_get(bytes, len, encoding, name, sizeof(name));

	MUST(n <= len);
	memcpy(again, name, n);
	if (uuid_scan(again, n, 0, &hit))
		uuid_scan_replace(again, &hit, &uuid);
	parent_name_put(bytes, encoding, name, again, n);
	MUST(parent_name_get(bytes, len, encoding, name, sizeof(name)) == n);
	MUST(memcmp(name, again, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhd_footer footer;
	struct vhd_header header;
	const char *why = NULL;
	uint8_t *vhd;

	if (size < 1 || size > 8192)
		return 0;
	vhd = exact_copy(data + 1, size - 1, VHD_SECTOR + VHD_HEADER_SIZE);
	size = size - 1 > VHD_SECTOR + VHD_HEADER_SIZE
		       ? size - 1
		       : VHD_SECTOR + VHD_HEADER_SIZE;
	if (data[0] & 1)
		sr_seal_vhd(vhd + VHD_SECTOR);
	vhd_parse_footer(vhd, &footer);
	if (vhd_parse_header(vhd + VHD_SECTOR, &header, &why)) {
		MUST(header.locator_count <= VHD_LOCATORS);
		for (unsigned i = 0; i < header.locator_count; i++) {
			const struct parent_name *loc = &header.locators[i];

			MUST(loc->len > 0 && loc->len <= PARENT_NAME_MAX);
			if (loc->encoding != NAME_UNKNOWN && loc->at <= size &&
			    loc->len <= size - loc->at)
				check_name(vhd + loc->at, loc->len,
					   loc->encoding);
		}
		check_name(vhd + VHD_SECTOR + VHD_PARENT_NAME_AT,
			   VHD_PARENT_NAME_BYTES, NAME_UTF16BE);
		vhd_header_seal(vhd + VHD_SECTOR);
	} else {
		MUST(why);
	}
	free(vhd);
	return 0;
}
