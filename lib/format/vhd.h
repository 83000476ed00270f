// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The parts of a VHD that name its parent.
 *
 * Source: blktap include/vhd.h, vhd/lib/libvhd.c. Big-endian. At byte 0 the
 * copy of the footer, 512 bytes:
 *   0 "conectix"   16 u64 data_offset of the header   60 u32 type
 *   ("v_poison" instead while libvhd resizes it under a journal)
 * and at data_offset (normally 512) the dynamic header, 1024 bytes:
 *   0 "cxsparse"   36 u32 checksum   64 parent name, 512 bytes UTF-16BE
 *   576 eight locators {u32 code, u32 space, u32 length, u32 0, u64 offset}
 * A locator points to the same name in another encoding; offsets count from
 * the VHD's start. Block data, tables and footers name nobody.
 */
#ifndef FORMAT_VHD_H
#define FORMAT_VHD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define VHD_SECTOR	      512
#define VHD_HEADER_SIZE	      1024
#define VHD_PARENT_NAME_AT    64 /* in the header */
#define VHD_PARENT_NAME_BYTES 512
#define VHD_LOCATORS	      8

enum vhd_type {
	VHD_FIXED = 2,
	VHD_DYNAMIC = 3,
	VHD_DIFFERENCING = 4,
};

struct vhd_footer {
	enum vhd_type type;
	bool poisoned;	    /* a resize is in flight; see vhd_journal.h */
	uint64_t header_at; /* bytes from the VHD's start */
};

enum vhd_encoding { VHD_UTF8, VHD_UTF16LE, VHD_UTF16BE };

struct vhd_locator {
	uint64_t at;  /* bytes from the VHD's start */
	uint32_t len; /* bytes */
	enum vhd_encoding encoding;
};

struct vhd_header {
	struct vhd_locator locators[VHD_LOCATORS]; /* those that are in use */
	unsigned locator_count;
};

/* The longest name a locator may hold: SM's longest is 206 bytes. */
#define VHD_LOCATOR_MAX 4096

/* Reads the footer copy at the VHD's first sector. False if there is none
 * (the LV was made but never formatted): there is no identifier then. */
bool vhd_parse_footer(const uint8_t *sector, struct vhd_footer *out);

/* Reads the dynamic header. False with *why if it is not sound. */
bool vhd_parse_header(const uint8_t *header, struct vhd_header *out,
		      const char **why);

/* Renews the checksum of a header that was changed. */
void vhd_header_seal(uint8_t *header);

/* A name in one of the encodings as ASCII and back. vhd_name_get returns the
 * count of characters before a NUL or the end, at most `max`; characters that
 * are not ASCII become '?'. vhd_name_put writes those of the `count`
 * characters that differ from what is there. */
size_t vhd_name_get(const uint8_t *bytes, size_t len,
		    enum vhd_encoding encoding, char *ascii, size_t max);
void vhd_name_put(uint8_t *bytes, enum vhd_encoding encoding,
		  const char *before, const char *after, size_t count);

#endif
