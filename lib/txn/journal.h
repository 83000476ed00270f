// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The journal on a LUN: its head's states and its body.
 */
#ifndef TXN_JOURNAL_H
#define TXN_JOURNAL_H

#include "format/resign_journal.h"
#include "lun/lun.h"
#include "plan/plan.h"

/* The largest logical block. */
#define JOURNAL_BLOCK_MAX 4096

/* Who we are, for the head. */
struct journal_owner {
	const char *scsi_id; /* of this LUN; "" if not known */
	/* Where the LUN is, in some form that a copy of it has otherwise: its
	 * target and number, a file's inode. Zeros: not known. */
	struct uuid place;
	struct uuid boot; /* of this host */
};

/* What lies at the head's place. */
struct journal_spot {
	struct journal_head head; /* its state alone, where there is none */
	uint8_t block[JOURNAL_BLOCK_MAX]; /* the LUN's block that it is in */
};

/* The LUN's block that the head is in. */
uint64_t journal_block_at(const struct lun *lun);

/* `seen` receives the blocks that were read; its caller has called image_init.
 * A LUN too small for a PV has no journal. */
int journal_find(struct lun *lun, struct image *seen, struct journal_spot *out,
		 struct error *err);

/* Whether the head was written by a run on this LUN, and not on another that
 * this one is a copy of; where nobody knows, it was. */
bool journal_is_of_lun(const struct journal_head *head,
		       const struct journal_owner *owner);

struct journal {
	struct lun *lun;
	bool fenced; /* nobody else can read or write the LUN */
	struct journal_head head;
	uint8_t block[JOURNAL_BLOCK_MAX]; /* what the head's block holds now */
};

/* Encodes the plan's journal in memory and gives it its place. *body, padded to
 * whole blocks, is the caller's. ERROR_LUN_CONTENT, with the sizes, if there is
 * no room for it. */
int journal_prepare(struct lun *lun, const struct plan *plan,
		    const struct journal_owner *owner, struct journal *out,
		    struct buffer *body, struct error *err);

/* Fences the LUN if it can be. */
int journal_fence(struct journal *journal, struct error *err);
void journal_unfence(struct journal *journal);

/* ERROR_LOCKED if the head's block is not what journal->block says. */
int journal_check_head(const struct journal *journal, struct error *err);

/* ERROR_LOCKED if the head was read into `seen` and is another. */
int journal_check_seen(const struct journal *journal, const struct image *seen,
		       struct error *err);

/* Gives the head a new state; not flushed. Without a fence it is an
 * exchange, ERROR_LOCKED if another host came first. */
int journal_put(struct journal *journal, enum journal_state state,
		struct error *err);

/* Wipes the journal of a resign that is finished, with the LUN as it is `now`:
 * the body, but where somebody has data by now, and then the head. Flushed. */
int journal_clear(struct journal *journal, const struct snapshot *now,
		  struct error *err);

#endif
