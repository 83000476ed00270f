// SPDX-License-Identifier: LGPL-2.1-only
/*
 * From a committed journal to a LUN that is resigned and has none (txn.h).
 */
#ifndef TXN_FINISH_H
#define TXN_FINISH_H

#include "txn/hooks.h"
#include "txn/replay.h"

/* `plan`, which may be NULL, is what the journal was made from: the result must
 * mean just that. */
int finish_journal(struct journal *journal, struct replay *replay,
		   const struct plan *plan, const struct txn_hooks *hooks,
		   struct error *err);

/* Whether the LUN is, as LVM sees it, the result of this journal's resign. The
 * switch comes last, after a flush: with the new ids in the label and in every
 * area it has all else too, whatever SM and LVM have made of it since. */
bool finish_is_result(const struct journal_head *head,
		      const struct snapshot *now);

#endif
