// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The journal of the run under way: claim, body, commit, clear.
 *
 * All in ring space that LVM does not use. The head block goes through three
 * states, each step an exchange that fails if another host came between:
 * whatever was there, CLAIMED by us, COMMITTED; at the end it is zeros.
 */
#ifndef TXN_JOURNAL_H
#define TXN_JOURNAL_H

#include "format/resign_journal.h"
#include "lun/lun.h"
#include "plan/plan.h"

/* Who we are, for the head. */
struct journal_owner {
	const char *scsi_id; /* of this LUN; "" if not known */
	struct uuid boot;    /* of this host's boot */
};

struct journal {
	struct lun *lun;
	const struct snapshot *from; /* the plan's */
	uint64_t head_at;
	struct journal_head head;
	uint8_t *block;	    /* what the head block holds now, one block */
	struct buffer body; /* padded to whole blocks */
};

/* Encodes the plan's journal in memory. ERROR_LUN_CONTENT, with the sizes, if
 * the ring has no room for it. Free with journal_free. */
int journal_prepare(struct lun *lun, const struct plan *plan,
		    const struct journal_owner *owner, struct journal *out,
		    struct error *err);

/* Claims the LUN, and ends every claim that was seen at another place: LVM has
 * moved its text since, or the run would have claimed here. Should it live, it
 * cannot commit. ERROR_LOCKED if another host came first. After a failure the
 * claim is given back, as far as that works. */
int journal_claim(struct journal *journal, struct error *err);

/* The commit point, flushed. After a failure other than ERROR_LOCKED it is not
 * known whether the LUN is committed. */
int journal_commit(struct journal *journal, struct error *err);

/* Whether the head is still what we made it, right before writes that rely on
 * it: a run that was held up must not write over what another host, which took
 * it for dead, has completed since. ERROR_LOCKED if not. */
int journal_check_ours(struct journal *journal, struct error *err);

/* Gives a claim back, as far as that works; before the commit only. */
void journal_unclaim(struct journal *journal);

void journal_free(struct journal *journal);

/* Wipes the journal of a resign that is finished: the body, then the head. */
int journal_clear(struct lun *lun, uint64_t head_at,
		  const struct journal_head *head, struct error *err);

#endif
