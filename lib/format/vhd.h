// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The parts of a VHD that name its parent.
 *
 * Source: blktap include/vhd.h, vhd/lib/libvhd.c. Big-endian. At byte 0 the
 * copy of the footer, 512 bytes:
 *   0 "conectix"   16 u64 data_offset of the header   48 u64 size of the disk
 *   60 u32 type   64 u32 checksum   68 16 bytes uuid
 *   ("v_poison" instead while libvhd resizes it under a journal)
 * libvhd goes by the footer at the volume's end, and takes the copy only if
 * that one is not sound: a VHD works without the copy. But vhd-util scan -f, by
 * which SM finds a VHD's parent, goes by the copy (vhd-util-scan.c).
 * and at data_offset (normally 512) the dynamic header, 1024 bytes:
 *   0 "cxsparse"   36 u32 checksum   40 16 bytes uuid of the parent's footer
 *   64 parent name, 512 bytes UTF-16BE
 *   576 eight locators {u32 code, u32 space, u32 length, u32 0, u64 offset}
 * A locator points to the same name in another encoding; offsets count from
 * the VHD's start. libvhd finds the parent by the locators alone. Block data, tables and footers name nobody.
 */
#ifndef FORMAT_VHD_H
#define FORMAT_VHD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"
#include "format/parent_name.h"

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
	bool is_sound;	    /* its checksum is right */
	uint64_t header_at; /* bytes from the VHD's start */
	uint64_t size;	    /* of the disk that it holds, in bytes */
	struct uuid uuid;   /* the VHD's own, which is no VDI's */
};

struct vhd_header {
	struct parent_name locators[VHD_LOCATORS]; /* those that are in use */
	unsigned locator_count;
	struct uuid parent_uuid; /* of the parent's footer; zero: it is raw */
};

/* Reads a footer: the copy at the VHD's first sector, or the one at its end.
 * False if there is none. */
bool vhd_parse_footer(const uint8_t *sector, struct vhd_footer *out);

/* Whether these bytes begin as a dynamic header does. */
bool vhd_has_header(const uint8_t *header);

/* Reads it. False with *why if it is not sound. */
bool vhd_parse_header(const uint8_t *header, struct vhd_header *out,
		      const char **why);

/* Renews the checksum of a header that was changed. */
void vhd_header_seal(uint8_t *header);

#endif
