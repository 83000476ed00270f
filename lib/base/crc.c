// SPDX-License-Identifier: LGPL-2.1-only
#include "base/crc.h"

#include <stdbool.h>

/* What a byte does to the checksum, as many bytes later as the index says:
 * eight bytes are taken at a time. */
static uint32_t remainders[8][256];

static void make_remainders(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
		remainders[0][i] = crc;
	}
	for (unsigned later = 1; later < 8; later++) {
		for (unsigned i = 0; i < 256; i++) {
			uint32_t crc = remainders[later - 1][i];

			remainders[later][i] =
				crc >> 8 ^ remainders[0][crc & 255];
		}
	}
}

uint32_t lvm_crc(uint32_t crc, const void *data, size_t len)
{
	static bool made;
	const uint8_t *p = data;

	if (!made)
		make_remainders();
	made = true;
	for (; len >= 8; len -= 8, p += 8)
		crc = remainders[7][(crc ^ p[0]) & 255] ^
		      remainders[6][(crc >> 8 ^ p[1]) & 255] ^
		      remainders[5][(crc >> 16 ^ p[2]) & 255] ^
		      remainders[4][crc >> 24 ^ p[3]] ^ remainders[3][p[4]] ^
		      remainders[2][p[5]] ^ remainders[1][p[6]] ^
		      remainders[0][p[7]];
	for (; len; len--, p++)
		crc = crc >> 8 ^ remainders[0][(crc ^ *p) & 255];
	return crc;
}
