// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The transaction: a plan onto a LUN, whole or not at all.
 *
 *   guard    hooks->may_begin
 *   claim    the head block, by exchange: from here other hosts keep out; read
 *            label and mda_headers again
 *   prepare  journal body and new VG text into unused ring space; flush; read
 *            both back; read label and mda_headers again
 *   COMMIT   the head block says so; flush. Before this the LUN is as it was,
 *            after it any run on any host completes the same resign
 *   apply    MGT, VHD headers …; flush; label and mda_header; flush
 *   verify   everything is read and parsed anew
 *   clear    the journal is wiped; flush
 */
#ifndef TXN_TXN_H
#define TXN_TXN_H

#include "txn/hooks.h"
#include "txn/journal.h"

enum txn_outcome {
	TXN_DONE,
	TXN_CHANGED, /* the LUN is not what was planned from; plan anew */
};

/* `hooks` may be NULL. The words of an error say in which of the three states
 * the LUN is: unchanged, committed, or not known. */
int txn_run(struct lun *lun, const struct plan *plan,
	    const struct journal_owner *owner, const struct txn_hooks *hooks,
	    enum txn_outcome *outcome, struct error *err);

#endif
