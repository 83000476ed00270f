// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Looks for a journal on a LUN. Relies on nothing but the label and the
 * mda_headers, single sectors that are never torn: everything else may be half
 * written when this runs.
 */
#ifndef TXN_JOURNAL_FIND_H
#define TXN_JOURNAL_FIND_H

#include "format/resign_journal.h"
#include "lun/lun.h"
#include "sr/image.h"

struct journal_spot {
	enum journal_found found; /* JOURNAL_NONE: there is none */
	uint64_t at;		  /* LUN offset of the head */
	struct journal_head head; /* if found is JOURNAL_SOUND */
};

/* Looks at every place where a head can be. A committed one counts before a
 * damaged one, that before a claim. ERROR_LUN_CONTENT if two are committed. Of
 * two claims the one at the writer's place counts, in the first area that has
 * one. A run that sees the same mda_headers claims at the same place, so the
 * other claim is from before LVM moved its text; journal_claim ends it. Known
 * limit: ring space that such an old claimant may still write to is not avoided
 * if there is a second claim.
 * `seen` receives the blocks that were read; its caller has called image_init.
 * A LUN that is no PV at all has no journal. */
int journal_find(struct lun *lun, struct image *seen, struct journal_spot *out,
		 struct error *err);

#endif
