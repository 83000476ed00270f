// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What becomes of a journal that an earlier run left on the LUN.
 *
 *   claimed, not committed   forgotten, once its run is surely gone
 *   committed                completed with its recorded identifiers, likewise
 *   finished, but not wiped  wiped; if LVM has worked with the LUN since, or if
 *                            the LUN is a clone of it, it is resigned anew
 *   another LUN's            refused: this LUN is a clone made in the middle of
 *                            a resign, and must not get the same identifiers
 *   damaged                  refused
 */
#ifndef TXN_RECOVER_H
#define TXN_RECOVER_H

#include "txn/hooks.h"
#include "txn/journal.h"
#include "txn/journal_find.h"

enum recover_outcome {
	RECOVER_NOTHING,   /* go on with a resign of one's own */
	RECOVER_COMPLETED, /* the LUN is resigned, by the recorded plan */
};

/* How long the head of another host must stand unchanged before that host is
 * taken for dead. A live run claims, writes a few hundred KiB, commits, applies
 * and wipes within moments. What a claimant still writes later goes where
 * nobody else writes (plan_options.avoid); after a commit it goes over live
 * structures, so then the wait is longer than any command can be under way. */
#define RECOVER_CLAIM_SECONDS  3
#define RECOVER_COMMIT_SECONDS 35

/* `patient`: the ring space that a claimant has claimed is needed, so it gets
 * as long as if it had committed. */
int recover_journal(struct lun *lun, const struct journal_spot *spot,
		    const struct journal_owner *owner, bool patient,
		    const struct txn_hooks *hooks,
		    enum recover_outcome *outcome, struct error *err);

/* The ring space where the run of a claim may still write, even if that run is
 * gone by all that we can see; size 0 if there is no such claim. */
struct lvm_area recover_avoid(const struct journal_spot *spot,
			      const struct journal_owner *owner);

#endif
