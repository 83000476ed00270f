// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Reads a LUN's metadata: as few and as parallel reads as its structure allows.
 */
#ifndef TXN_LOAD_H
#define TXN_LOAD_H

#include "lun/lun.h"
#include "sr/snapshot.h"
#include "sr/want.h"

/* Reads and parses all metadata of the LUN. `seen` may be NULL; else it holds
 * blocks that were read just now, which are not read again, and is left empty.
 * ERROR_IO, or ERROR_LUN_CONTENT for what cannot be resigned, or ERROR_LOCKED
 * as below. Free *out with snapshot_free. */
int load_snapshot(struct lun *lun, struct image *seen, struct snapshot *out,
		  struct error *err);

/* *err refuses what was read into `seen`. If that is not what the LUN holds,
 * for another host was at work between two reads, nothing can be said of it:
 * *err becomes ERROR_LOCKED, or why it cannot be read again. */
void load_check_refusal(struct lun *lun, const struct image *seen,
			struct error *err);

/* ERROR_LOCKED: the LUN was changed after it was read. Returns -1. */
int load_outdated(struct error *err);

/* Reads ranges of a LUN into an image, in few commands, all under way at once.
 *
 * Reads every wanted range, widened to blocks and joined where near. Nothing
 * wanted is fine. `flush`: while what was written before is flushed. ERROR_IO;
 * ERROR_LUN_CONTENT if it is unreasonably much. */
int read_wanted(struct lun *lun, const struct want_list *wants, bool flush,
		struct image *image, struct error *err);

#endif
