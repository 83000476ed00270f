// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The space of a metadata area's ring that LVM does not use, where a resign may
 * put the new VG text and its journal's body.
 *
 * LVM reads the ring only where slot 0 points, and writes new text behind the
 * old (lvm2 lib/format_text/format-text.c). All else in it is left-overs.
 */
#ifndef FORMAT_LVM_RING_H
#define FORMAT_LVM_RING_H

#include "format/lvm_mda.h"

/* The longest run of whole blocks that is free of live text, of the area's
 * header and of `but` (size 0: nothing else). Its size may come out 0. All in
 * LUN offsets. */
struct lvm_area lvm_ring_free_run(const struct lvm_mda *mda,
				  struct lvm_area but, uint32_t block_size);

#endif
