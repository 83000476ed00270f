// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What becomes of a journal that an earlier run left on the LUN.
 *
 *   claimed, not committed   forgotten, once its run is surely gone
 *   committed                completed with its recorded identifiers
 *   finished, but not wiped  wiped; if LVM has worked with the LUN since, or if
 *                            the LUN is a clone of it, it is resigned anew
 *   another LUN's            refused: this LUN is a clone made in the middle of
 *                            a resign, and must not get the same identifiers
 *   damaged                  refused
 */
#ifndef TXN_RECOVER_H
#define TXN_RECOVER_H

#include "txn/journal.h"
#include "txn/journal_find.h"

enum recover_outcome {
	RECOVER_NOTHING,   /* go on with a resign of one's own */
	RECOVER_COMPLETED, /* the LUN is resigned, by the recorded plan */
};

/* How long a claim by another host must stand unchanged before that host is
 * taken for dead. A run claims, writes a few hundred KiB, and commits. */
#define RECOVER_CLAIM_SECONDS 3

int recover_journal(struct lun *lun, const struct journal_spot *spot,
		    const struct journal_owner *owner,
		    enum recover_outcome *outcome, struct error *err);

#endif
