// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The transaction: a plan onto a LUN, whole or not at all.
 *
 * The journal's head, one sector at one fixed place, says how far it is:
 *
 *   nothing -> COMMITTED -> nothing              where a fence keeps others out
 *   nothing -> CLAIMED -> COMMITTED -> nothing   elsewhere, by exchange
 *
 * txn_resign
 *   guard    hooks->may_begin
 *   fence    the LUN, or else the claim: one that is there is taken over at
 *            once, for who has lost it cannot commit any more
 *   prepare  label and mda_headers are what was planned from; the new VG text
 *            and the journal's body go where nobody has data; flush; the journal
 *            is loaded from the LUN, and every before-image is still there
 *   guard    hooks->may_write
 *   COMMIT   the head says so; flush. Before this the LUN is as it was, after
 *            it any run on any host completes the same resign
 *   finish   as below
 *
 * txn_recover, which finds COMMITTED
 *   whose?   an SR made here since has nothing to do with it
 *   guard    hooks->may_write
 *   fence    the LUN; or wait until the host that committed is surely gone
 *   flush    what was read may be in a cache only, and is built on
 *   load     the journal from the LUN; LVM's work since is not written over
 *   finish   as below; or only clear, if LVM has the result already
 *
 * finish, the one way to apply a journal
 *   apply    MGT, VHD headers …; flush; label and mda_header; flush
 *   verify   what was written is read back, what else the SR has too, unless
 *            a fence has kept it as it was; all is parsed anew; hooks->accept
 *   clear    the body is wiped, then the head; flush
 */
#ifndef TXN_TXN_H
#define TXN_TXN_H

#include "txn/hooks.h"
#include "txn/journal.h"

/* `hooks` may be NULL. The words of an error say in which of the three states
 * the LUN is: unchanged, committed, or not known. ERROR_LOCKED: another host is
 * at it, or something has changed it since it was read; ERROR_RESERVED: another
 * host has fenced it, and how long is not known. */
int txn_resign(struct lun *lun, const struct plan *plan,
	       const struct journal_owner *owner, const struct txn_hooks *hooks,
	       struct error *err);

enum txn_found {
	TXN_NOTHING, /* no committed journal of this SR; nothing was written */
	TXN_COMPLETED, /* the LUN is resigned, by the recorded plan */
	/* One is done with, and the LUN may be resigned anew: LVM had gone on
	 * with the result; or it was that of the LUN that this one is a copy
	 * of, and the two must not keep the same identifiers. */
	TXN_CLEARED,
};

/* What becomes of what journal_find has found, and seen. Errors as above;
 * ERROR_LUN_CONTENT: damaged, or changed since by something else. */
int txn_recover(struct lun *lun, const struct image *seen,
		const struct journal_spot *spot,
		const struct journal_owner *owner,
		const struct txn_hooks *hooks, enum txn_found *found,
		struct error *err);

#endif
