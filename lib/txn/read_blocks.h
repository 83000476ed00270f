// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Reads ranges of a LUN into an image, in few commands, all under way at once.
 */
#ifndef TXN_READ_BLOCKS_H
#define TXN_READ_BLOCKS_H

#include "lun/lun.h"
#include "sr/want.h"

/* Reads every wanted range, widened to blocks and joined where near. Nothing
 * wanted is fine. ERROR_IO; ERROR_LUN_CONTENT if it is unreasonably much. */
int read_wanted(struct lun *lun, const struct want_list *wants,
		struct image *image, struct error *err);

/* The same, while what was written before is flushed. */
int flush_and_read_wanted(struct lun *lun, const struct want_list *wants,
			  struct image *image, struct error *err);

#endif
