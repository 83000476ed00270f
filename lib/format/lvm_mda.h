// SPDX-License-Identifier: LGPL-2.1-only
/*
 * An LVM2 metadata area: its 512-byte header and the ring that holds VG text.
 *
 * Source: lvm2 lib/format_text/layout.h (mda_header, raw_locn), format-text.c.
 * Little-endian:
 *
 *   0   u32 crc of bytes 4..511
 *   4   " LVM2 x[5A%r0N*>"
 *   20  u32 version 1     24  u64 start of the area     32  u64 its size
 *   40  raw_locn slots {u64 offset, u64 size, u32 crc, u32 flags}:
 *       slot 0 the committed text, slot 1 the precommitted one
 *
 * Offsets of text count from the area's start. The ring is bytes 512..size;
 * text that reaches its end goes on at 512. Size and crc include the final NUL.
 */
#ifndef FORMAT_LVM_MDA_H
#define FORMAT_LVM_MDA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "format/lvm_label.h"

#define LVM_MDA_HEADER_SIZE 512

/* 1,000 VDIs need half a MiB, and SM's areas have 10; longer text is not believed,
 * nor room made for it. */
#define LVM_MAX_TEXT (16u << 20)

struct lvm_raw_locn {
	uint64_t offset; /* bytes from the area's start; 0: no text */
	uint64_t size;	 /* bytes, with the NUL */
	uint32_t crc;
	uint32_t flags;
};

struct lvm_mda {
	struct lvm_area area;	  /* on the LUN */
	struct lvm_raw_locn text; /* slot 0 */
	bool ignored;		  /* RAW_LOCN_IGNORED: LVM does not use it */
};

/* A run of text on the LUN: a ring gives one or two. */
struct lvm_mda_piece {
	uint64_t offset; /* bytes from the LUN's start */
	uint64_t len;
};

/* Reads the header at the start of `area`. `lun_size` bounds what is believed.
 * After success the text lies inside the ring and is no longer than it. */
int lvm_mda_parse(const uint8_t *header, const struct lvm_area *area,
		  uint64_t lun_size, struct lvm_mda *out, struct error *err);

/* Where text of `size` bytes that starts at `offset` in the area lies.
 * Returns 1 or 2 and fills as many of `pieces`. */
unsigned lvm_mda_pieces(const struct lvm_mda *mda, uint64_t offset,
			uint64_t size, struct lvm_mda_piece pieces[2]);

/* Whether no live text lies in offset..offset+len of the LUN. */
bool lvm_mda_is_free(const struct lvm_mda *mda, uint64_t offset, uint64_t len);

/* Makes `text` slot 0, empties slot 1, renews the checksum. Flags stay. */
void lvm_mda_set_text(const struct lvm_raw_locn *text, uint8_t *header);

/* The space of a metadata area's ring that LVM does not use, where a resign may
 * put the new VG text and its journal's body.
 *
 * LVM reads the ring only where slot 0 points, and writes new text behind the
 * old (lvm2 lib/format_text/format-text.c). All else in it is left-overs.
 *
 * The longest run of whole blocks that is free of live text, of the area's
 * header and of `but` (size 0: nothing else). Its size may come out 0. All in
 * LUN offsets. */
struct lvm_area lvm_ring_free_run(const struct lvm_mda *mda,
				  struct lvm_area but, uint32_t block_size);

#endif
