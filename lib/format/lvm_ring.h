// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The space of a metadata area's ring that LVM does not use, and what a resign
 * may put there: the new VG text, and the journal.
 *
 * LVM reads the ring only where slot 0 points, and writes new text behind the
 * old (lvm2 lib/format_text/format-text.c). All else in it is left-overs.
 *
 * The journal's head block must be found again whatever else is torn, so it
 * has fixed places: the end, the start and the middle of the ring. Text that
 * fills at most half of the ring leaves one of them free. Longer text is
 * rewritten where it is, so then the place behind it is fixed too.
 *
 * Of those that are free the writer takes the one that LVM, writing behind the
 * text and on round the ring, comes to last: should somebody work on a LUN with
 * a half applied journal, then the body goes before the head (but where the
 * longest free run lies beyond the head), and what is left is known to be
 * damaged, and not taken for a LUN without a journal.
 */
#ifndef FORMAT_LVM_RING_H
#define FORMAT_LVM_RING_H

#include "format/lvm_mda.h"

/* Kept free for the head, whatever the block size; places are multiples. */
#define RING_HEAD_SIZE 4096

#define RING_HEAD_PLACES 3

/* Where the head of a journal may be, given the live text: LUN offsets. The
 * writer takes the first, for which see above. Returns how many. */
unsigned lvm_ring_head_places(const struct lvm_mda *mda,
			      uint64_t places[RING_HEAD_PLACES]);

/* The longest run of whole blocks that is free of live text, of the area's
 * header, of the head at `head` and of `avoid` (0 and size 0 for none). Its
 * size may come out 0. All in LUN offsets. */
struct lvm_area lvm_ring_free_run(const struct lvm_mda *mda, uint64_t head,
				  struct lvm_area avoid, uint32_t block_size);

#endif
