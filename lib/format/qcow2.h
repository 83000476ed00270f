// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The part of a QCOW2 image that names the one it is based on.
 *
 * Source: qemu docs/interop/qcow2.txt; xcp-ng/sm drivers/qcow2util.py.
 * Big-endian, at byte 0:
 *   0 "QFI\xfb"   4 u32 version 2 or 3   8 u64 offset of the backing file's name
 *   16 u32 its length   20 u32 cluster_bits   24 u64 size of the disk
 *   72 u64 incompatible features   100 u32 header_length   (both of version 3)
 * then header extensions {u32 type, u32 length, data, padded to 8 bytes}, ended
 * by type 0. SM keeps its hidden flag in one, and moves the name behind it. The
 * name ends with no NUL and lies in the first cluster. The header has no
 * checksum. Tables, internal snapshots and bitmaps name nobody.
 */
#ifndef FORMAT_QCOW2_H
#define FORMAT_QCOW2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/parent_name.h"

/* Of this much all is read; header and extensions are far smaller. */
#define QCOW2_HEAD     4096
#define QCOW2_NAME_MAX 1023

struct qcow2 {
	uint64_t size;		    /* of the disk that it holds, in bytes */
	struct parent_name backing; /* len 0: there is none */
};

/* Whether these 4 bytes begin an image. */
bool qcow2_has_magic(const uint8_t *head);

/* Reads the `len` first bytes of an image that has `volume_size` of them: all,
 * or QCOW2_HEAD. False with *why if it is damaged, or names other files than
 * its backing file, or may do so. */
bool qcow2_parse(const uint8_t *head, size_t len, uint64_t volume_size,
		 struct qcow2 *out, const char **why);

#endif
