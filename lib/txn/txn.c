// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/txn.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "txn/finish.h"
#include "txn/load.h"

/* Whether what decides where the LUN has free space is still what the plan was
 * made from: another host may have resigned the LUN after we read it. */
static int check_unchanged(struct journal *journal, const struct snapshot *from,
			   struct error *err)
{
	uint8_t head[LVM_LABEL_SCAN_BYTES], before[LVM_LABEL_SCAN_BYTES];
	uint8_t block[JOURNAL_BLOCK_MAX];
	uint64_t block_at = journal_block_at(journal->lun);
	uint32_t block_len = journal->lun->block_size;
	struct want_list wants = { 0 };
	struct image now;
	bool same;
	int failed;

	image_init(&now, block_len);
	want_bytes(&now, &wants, 0, head, sizeof(head));
	for (unsigned i = 0; i < from->mda_count; i++)
		want_bytes(&now, &wants, from->mdas[i].area.offset, head,
			   LVM_MDA_HEADER_SIZE);
	want_bytes(&now, &wants, block_at, block, block_len);
	failed = read_wanted(journal->lun, &wants, false, &now, err);
	same = !failed && image_get(&now, block_at, block, block_len) &&
	       memcmp(block, journal->block, block_len) == 0;
	for (size_t i = 0; i + 1 < wants.count && !failed; i++) {
		const struct want *w = &wants.items[i];

		same = same && image_get(&now, w->offset, head, w->len) &&
		       image_get(&from->image, w->offset, before, w->len) &&
		       memcmp(head, before, w->len) == 0;
	}
	want_list_free(&wants);
	image_free(&now);
	if (!failed && !same)
		failed = load_outdated(err);
	return failed ? -1 : 0;
}

/* ios[*n] follows ios[*n - 1], where the ring has room behind the text: one
 * command for both. */
static void join_last(struct lun_io *ios, size_t *n, uint8_t **joined)
{
	struct lun_io *last = &ios[*n];

	(*n)++;
	if (last == ios || last[-1].offset + last[-1].len != last->offset)
		return;
	*joined = alloc_zeroed(last[-1].len + last->len, 1);
	memcpy(*joined, last[-1].data, last[-1].len);
	memcpy(*joined + last[-1].len, last->data, last->len);
	last[-1].data = *joined;
	last[-1].len += last->len;
	(*n)--;
}

/* The new VG text, and behind all of it the journal's body. */
static int write_free_space(struct lun *lun, const struct plan *plan,
			    const struct journal_head *head,
			    const struct buffer *body, struct error *err)
{
	struct lun_io *ios = alloc_zeroed(plan->write_count + 1, sizeof(*ios));
	uint8_t *joined = NULL;
	size_t n = 0;
	int failed;

	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];

		if (w->phase == PLAN_RING)
			ios[n++] =
				(struct lun_io){ w->offset, w->len, w->data };
	}
	ios[n] = (struct lun_io){ head->body_at, body->len, body->data };
	join_last(ios, &n, &joined);
	failed = lun_write(lun, ios, n, err);
	free(joined);
	free(ios);
	return failed ? -1 : 0;
}

/* The journal as it is on the LUN, flushed, right before the commit. */
static int load_back(struct journal *journal, const struct buffer *body,
		     struct replay *replay, struct error *err)
{
	if (replay_load(journal, body, replay, err)) {
		if (err->code != ERROR_LUN_CONTENT ||
		    journal_check_head(journal, err))
			return -1;
		return error_set(err, ERROR_IO,
				 "the LUN does not hold what was just written "
				 "to it");
	}
	return replay->content == JOURNAL_BEFORE ? 0 : load_outdated(err);
}

/* Everything up to the commit; touches nothing but the journal's own place and
 * space that is nobody's. */
static int prepare(struct journal *journal, const struct plan *plan,
		   const struct buffer *body, const struct txn_hooks *hooks,
		   struct replay *replay, struct error *err)
{
	if ((!journal->fenced && journal_put(journal, JOURNAL_CLAIMED, err)) ||
	    check_unchanged(journal, plan->from, err) ||
	    write_free_space(journal->lun, plan, &journal->head, body, err) ||
	    load_back(journal, body, replay, err))
		return -1;
	if (hooks && hooks->may_write)
		return hooks->may_write(hooks->context, &plan->from->vg.sr,
					err);
	return 0;
}

/* A claim that stays does no harm: it commits nothing. */
static void give_up_claim(struct journal *journal)
{
	struct error err;

	if (!journal->fenced && journal_put(journal, JOURNAL_NONE, &err))
		log_debug("the claim stays on the LUN: %s", err.text);
}

static int commit_and_finish(struct journal *journal, struct replay *replay,
			     const struct plan *plan,
			     const struct txn_hooks *hooks, struct error *err)
{
	if (journal_put(journal, JOURNAL_COMMITTED, err) ||
	    lun_flush(journal->lun, err)) {
		if (err->code == ERROR_LOCKED)
			return error_prefix(err, "not committed by this run: ");
		return error_prefix(err, "whether the resign is committed is "
					 "not known; resign it again to "
					 "complete it: ");
	}
	log_step("committed");
	if (finish_journal(journal, replay, plan, hooks, err)) {
		/* Nobody is to try again as if nothing had been done. */
		if (err->code == ERROR_RESERVED)
			err->code = ERROR_IO;
		if (err->code == ERROR_LOCKED)
			return error_prefix(err, "committed; to finish it is "
						 "another host's now: ");
		return error_prefix(err, "the resign is committed but not "
					 "finished; resign it again to "
					 "complete it: ");
	}
	log_step("applied, read back and checked");
	return 0;
}

static int run(struct journal *journal, const struct plan *plan,
	       const struct buffer *body, const struct txn_hooks *hooks,
	       struct error *err)
{
	struct replay replay = { 0 };
	int failed;

	if (journal_fence(journal, err))
		return error_prefix(err, "the LUN is unchanged: ");
	if (prepare(journal, plan, body, hooks, &replay, err)) {
		give_up_claim(journal);
		failed = error_prefix(err, "the LUN is unchanged: ");
	} else {
		failed = commit_and_finish(journal, &replay, plan, hooks, err);
	}
	journal_unfence(journal);
	replay_free(&replay);
	return failed;
}

int txn_resign(struct lun *lun, const struct plan *plan,
	       const struct journal_owner *owner, const struct txn_hooks *hooks,
	       struct error *err)
{
	struct journal journal;
	struct buffer body;
	int failed;

	if (hooks && hooks->may_begin &&
	    hooks->may_begin(hooks->context, plan, err))
		return -1;
	if (journal_prepare(lun, plan, owner, &journal, &body, err))
		return error_prefix(err, "the LUN is unchanged: ");
	failed = run(&journal, plan, &body, hooks, err);
	buffer_free(&body);
	return failed;
}
