// SPDX-License-Identifier: LGPL-2.1-only
#include "base/crc.h"

/* The polynomial divided into each value of four bits. */
static const uint32_t remainder_of_nibble[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
	0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

uint32_t lvm_crc(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len; len--, p++) {
		crc ^= *p;
		crc = crc >> 4 ^ remainder_of_nibble[crc & 15];
		crc = crc >> 4 ^ remainder_of_nibble[crc & 15];
	}
	return crc;
}
