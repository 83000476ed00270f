// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LVM2's checksum: CRC-32 (polynomial 0xEDB88320, reflected) that starts at
 * 0xf597a6cf and has no final inversion. Source: lvm2 lib/misc/crc.c, crc.h.
 */
#ifndef BASE_CRC_H
#define BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

#define LVM_CRC_INITIAL 0xf597a6cfu

/* Checksum of `len` bytes; `crc` is LVM_CRC_INITIAL or, to continue over a
 * second piece, the result for the piece before it. */
uint32_t lvm_crc(uint32_t crc, const void *data, size_t len);

#endif
