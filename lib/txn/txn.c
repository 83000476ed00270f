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

/* What goes into the ring before the commit: new VG text, and the journal's
 * body, in one piece with the text where it lies right behind it. *ios has one
 * buffer for all, ios[0].data; free_ring frees both. */
static int make_ring(const struct plan *plan, const struct journal *journal,
		     struct lun_io **ios, size_t *n, struct error *err)
{
	const struct lun_io body = { journal->head.body_at, journal->body.len,
				     journal->body.data };
	size_t total = body.len;
	bool has_body = false;
	uint8_t *to;

	for (size_t i = 0; i < plan->write_count; i++) {
		if (plan->writes[i].phase == PLAN_RING)
			total += plan->writes[i].len;
	}
	*n = 0;
	*ios = calloc(plan->write_count + 1, sizeof(**ios));
	to = malloc(total);
	if (!*ios || !to) {
		free(*ios);
		free(to);
		error_no_memory(err);
		return -1;
	}
	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];
		struct lun_io *io = &(*ios)[*n];

		if (w->phase != PLAN_RING)
			continue;
		*io = (struct lun_io){ w->offset, w->len, to };
		memcpy(to, w->data, w->len);
		to += w->len;
		(*n)++;
		if (!has_body && w->offset + w->len == body.offset) {
			memcpy(to, body.data, body.len);
			to += body.len;
			io->len += body.len;
			has_body = true;
		}
	}
	if (!has_body) {
		(*ios)[(*n)++] = (struct lun_io){ body.offset, body.len, to };
		memcpy(to, body.data, body.len);
	}
	return 0;
}

static void free_ring(struct lun_io *ios)
{
	free(ios[0].data);
	free(ios);
}

static int read_back(struct lun *lun, const struct lun_io *written,
		     struct error *err)
{
	struct lun_io io = { written->offset, written->len,
			     malloc(written->len) };
	int failed;

	if (!io.data)
		return error_no_memory(err);
	failed = lun_read(lun, &io, 1, err);
	if (!failed && memcmp(io.data, written->data, io.len) != 0)
		failed = error_set(err, ERROR_IO,
				   "the LUN does not hold what was just "
				   "written to it");
	free(io.data);
	return failed;
}

static int write_ring(struct lun *lun, const struct plan *plan,
		      const struct journal *journal, struct error *err)
{
	struct lun_io *ios;
	size_t n;
	int failed;

	if (make_ring(plan, journal, &ios, &n, err))
		return -1;
	failed = lun_write(lun, ios, n, err) || lun_flush(lun, err);
	for (size_t i = 0; i < n && !failed; i++)
		failed = read_back(lun, &ios[i], err);
	free_ring(ios);
	return failed ? -1 : 0;
}

/* Everything up to the commit; touches nothing but unused ring space.
 *
 * The label and the mda_headers are compared twice. Right after the claim: a
 * run that read the LUN before another one resigned it, and claims it after,
 * would take the other's new text for unused space. And right before the
 * commit: LVM does not know our claims. */
static int prepare(struct lun *lun, const struct plan *plan,
		   struct journal *journal, const struct txn_hooks *hooks,
		   enum txn_outcome *outcome, struct error *err)
{
	bool unchanged;

	*outcome = TXN_CHANGED;
	if (check_unchanged(lun, plan->from, &unchanged, err))
		return -1;
	if (!unchanged)
		return 0;
	if (write_ring(lun, plan, journal, err) ||
	    check_unchanged(lun, plan->from, &unchanged, err))
		return -1;
	if (!unchanged)
		return 0;
	*outcome = TXN_DONE;
	if (hooks && hooks->may_write)
		return hooks->may_write(hooks->context, &plan->from->vg.sr,
					err);
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
		log_info("the LUN changed after it was read; starting over");
		journal_unclaim(journal);
		return 0;
	}
	if (journal_commit(journal, err)) {
		if (err->code == ERROR_LOCKED)
			return error_prefix(err, "not committed by this run: ");
		return error_prefix(err, "whether the resign is committed is "
					 "not known; resign it again to "
					 "complete it: ");
	}
	log_step("committed");
	if (apply(lun, plan, journal, hooks, err) ||
	    journal_check_ours(journal, err) ||
	    journal_clear(lun, journal->head_at, &journal->head, err))
		return error_prefix(err, "the resign is committed but not "
					 "finished; resign it again to "
					 "complete it: ");
	log_step("applied, read back and checked");
	return 0;
}

int txn_run(struct lun *lun, const struct plan *plan,
	    const struct journal_owner *owner, const struct txn_hooks *hooks,
	    enum txn_outcome *outcome, struct error *err)
{
	struct journal journal;
	int failed;

	if (hooks && hooks->may_begin &&
	    hooks->may_begin(hooks->context, plan, err))
		return -1;
	if (journal_prepare(lun, plan, owner, &journal, err))
		return error_prefix(err, "the LUN is unchanged: ");
	failed = run(lun, plan, &journal, hooks, outcome, err);
	journal_free(&journal);
	return failed ? -1 : 0;
}
