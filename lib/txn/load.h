// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Reads a LUN's metadata: as few and as parallel reads as its structure allows.
 */
#ifndef TXN_LOAD_H
#define TXN_LOAD_H

#include "lun/lun.h"
#include "sr/snapshot.h"

/* Reads and parses all metadata of the LUN. `seen` may be NULL; else it holds
 * blocks that were read just now, which are not read again, and is left empty.
 * ERROR_IO, or ERROR_LUN_CONTENT for what cannot be resigned. Free *out with
 * snapshot_free. */
int load_snapshot(struct lun *lun, struct image *seen, struct snapshot *out,
		  struct error *err);

#endif
