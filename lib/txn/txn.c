// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/txn.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "txn/read_blocks.h"
#include "txn/verify.h"

static int write_phase(struct lun *lun, const struct plan *plan,
		       enum plan_phase phase, struct error *err)
{
	struct lun_io *ios = calloc(plan->write_count, sizeof(*ios));
	size_t n = 0;
	int failed;

	if (!ios)
		return error_no_memory(err);
	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];

		if (w->phase == phase)
			ios[n++] =
				(struct lun_io){ w->offset, w->len, w->data };
	}
	failed = lun_write(lun, ios, n, err);
	free(ios);
	return failed;
}

/* Whether what decides about the VG is still what the plan was made from. */
static int check_unchanged(struct lun *lun, const struct snapshot *from,
			   bool *unchanged, struct error *err)
{
	uint8_t head[LVM_LABEL_SCAN_BYTES];
	struct want_list wants = { 0 };
	struct image now;
	int failed;

	image_init(&now, lun->block_size);
	want_bytes(&now, &wants, 0, head, sizeof(head));
	for (unsigned i = 0; i < from->mda_count; i++)
		want_bytes(&now, &wants, from->mdas[i].area.offset, head,
			   LVM_MDA_HEADER_SIZE);
	failed = read_wanted(lun, &wants, &now, err);
	*unchanged = true;
	for (size_t i = 0; i < wants.count && !failed; i++) {
		uint8_t before[LVM_LABEL_SCAN_BYTES];
		size_t len = (size_t)wants.items[i].len;

		*unchanged =
			*unchanged &&
			image_get(&now, wants.items[i].offset, head, len) &&
			image_get(&from->image, wants.items[i].offset, before,
				  len) &&
			memcmp(head, before, len) == 0;
	}
	want_list_free(&wants);
	image_free(&now);
	return failed;
}

static int read_back_text(struct lun *lun, const struct plan *plan,
			  struct error *err)
{
	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];
		struct lun_io io = { w->offset, w->len, NULL };
		int failed;

		if (w->phase != PLAN_RING)
			continue;
		io.data = malloc(w->len);
		if (!io.data)
			return error_no_memory(err);
		failed = lun_read(lun, &io, 1, err);
		if (!failed && memcmp(io.data, w->data, w->len) != 0)
			failed = error_set(err, ERROR_IO,
					   "the LUN does not hold the VG text "
					   "that was just written to it");
		free(io.data);
		if (failed)
			return -1;
	}
	return 0;
}

/* Everything up to the commit; touches nothing but unused ring space. */
static int prepare(struct lun *lun, const struct plan *plan,
		   struct journal *journal, const struct txn_hooks *hooks,
		   enum txn_outcome *outcome, struct error *err)
{
	bool unchanged;

	if (journal_check_ours(journal, err) ||
	    write_phase(lun, plan, PLAN_RING, err) ||
	    journal_write_body(journal, err) || lun_flush(lun, err) ||
	    read_back_text(lun, plan, err) ||
	    journal_check_body(journal, err) ||
	    check_unchanged(lun, plan->from, &unchanged, err))
		return -1;
	*outcome = unchanged ? TXN_DONE : TXN_CHANGED;
	if (hooks && hooks->may_commit)
		return hooks->may_commit(hooks->context, err);
	return 0;
}

/* A flush that fails is as bad as a write that fails: what it did not make
 * stable must not be built on. */
static int apply(struct lun *lun, const struct plan *plan,
		 struct journal *journal, const struct txn_hooks *hooks,
		 struct error *err)
{
	return journal_check_ours(journal, err) ||
	       write_phase(lun, plan, PLAN_INPLACE, err) ||
	       lun_flush(lun, err) || journal_check_ours(journal, err) ||
	       write_phase(lun, plan, PLAN_SWITCH, err) ||
	       lun_flush(lun, err) || verify_plan(lun, plan, hooks, err);
}

static int run(struct lun *lun, const struct plan *plan,
	       struct journal *journal, const struct txn_hooks *hooks,
	       enum txn_outcome *outcome, struct error *err)
{
	if (journal_claim(journal, err))
		return error_prefix(err, "the LUN is unchanged: ");
	if (prepare(lun, plan, journal, hooks, outcome, err)) {
		journal_unclaim(journal);
		return error_prefix(err, "the LUN is unchanged: ");
	}
	if (*outcome == TXN_CHANGED) {
		journal_unclaim(journal);
		return 0;
	}
	if (journal_commit(journal, err)) {
		if (err->code == ERROR_LOCKED)
			return error_prefix(err, "not committed by this run: ");
		return error_prefix(err, "whether the resign is committed is "
					 "not known; run sr_create again to "
					 "complete it: ");
	}
	log_debug("committed");
	if (apply(lun, plan, journal, hooks, err) ||
	    journal_check_ours(journal, err) ||
	    journal_clear(lun, journal->head_at, &journal->head, err))
		return error_prefix(err, "the resign is committed but not "
					 "finished; run sr_create again to "
					 "complete it: ");
	return 0;
}

int txn_run(struct lun *lun, const struct plan *plan,
	    const struct journal_owner *owner, const struct txn_hooks *hooks,
	    enum txn_outcome *outcome, struct error *err)
{
	struct journal journal;
	int failed;

	if (journal_prepare(lun, plan, owner, &journal, err))
		return error_prefix(err, "the LUN is unchanged: ");
	failed = run(lun, plan, &journal, hooks, outcome, err);
	journal_free(&journal);
	return failed ? -1 : 0;
}
