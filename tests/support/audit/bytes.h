// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Byte accessors and LVM's checksum for the tests' own readers and writers.
 * On purpose not lib/base: a mistake there must not hide itself here.
 */
#ifndef AUDIT_BYTES_H
#define AUDIT_BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static inline uint64_t le64(const uint8_t *p)
{
	return (uint64_t)le32(p) | (uint64_t)le32(p + 4) << 32;
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[0] << 24;
}

static inline uint64_t be64(const uint8_t *p)
{
	return (uint64_t)be32(p + 4) | (uint64_t)be32(p) << 32;
}

static inline void set_le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static inline void set_le64(uint8_t *p, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static inline void set_be32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[3 - i] = (uint8_t)(v >> (8 * i));
}

static inline void set_be64(uint8_t *p, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[7 - i] = (uint8_t)(v >> (8 * i));
}

/* lvm2 lib/misc/crc.c: reflected CRC-32, no final inversion; bit by bit here,
 * for there is little to sum. */
static inline uint32_t lvm2_crc(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint32_t crc = 0xf597a6cf;

	while (len--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return crc;
}

/* blktap vhd/lib/libvhd.c: one's complement of the byte sum, the checksum's own
 * four bytes taken as zero. For headers (1024, at 36) and footers (512, at
 * 64). */
static inline uint32_t vhd_sum(const uint8_t *p, size_t len, size_t sum_at)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++) {
		if (i < sum_at || i >= sum_at + 4)
			sum += p[i];
	}
	return ~sum;
}

#endif
