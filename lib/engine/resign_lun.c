// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/resign_lun.h"

#include "base/log.h"
#include "txn/load.h"

static void log_uuid(const char *what, const struct uuid *old,
		     const struct uuid *new)
{
	log_info("%s %s -> %s", what, uuid_string(old).chars,
		 uuid_string(new).chars);
}

static void log_ids(const struct plan *plan)
{
	log_uuid("SR", &plan->ids.old_sr, &plan->ids.new_sr);
	for (size_t i = 0; i < plan->ids.vdi_count; i++)
		log_uuid("VDI", &plan->ids.vdis[i].old, &plan->ids.vdis[i].new);
}

/* A failed read leaves one asking; what the LUN holds is told by the words. */
static int unchanged(struct error *err)
{
	if (err->code == ERROR_IO || err->code == ERROR_RESERVED)
		error_prefix(err, "the LUN is unchanged: ");
	return -1;
}

/* One resign under way. */
struct job {
	struct lun *lun;
	const struct plan_options *options; /* NULL: only completes */
	const struct journal_owner *owner;
	const struct txn_hooks *hooks;
	struct resign_report *report; /* NULL: not wanted */
};

/* Of a plan, or without one what there is on the LUN; takes them over. */
static void report(const struct job *job, struct snapshot *found,
		   struct plan *plan, enum resign_outcome outcome)
{
	if (!job->report)
		return;
	*job->report = (struct resign_report){ .outcome = outcome };
	sr_report_take(found, plan, &job->report->sr);
}

static int load_and_report(const struct job *job, struct image *seen,
			   enum resign_outcome outcome, struct error *err)
{
	struct snapshot now;

	if (!job->report)
		return 0;
	if (load_snapshot(job->lun, seen, &now, err))
		return -1;
	report(job, &now, NULL, outcome);
	return 0;
}

/* A repeated call. Nothing is written, but the guards are asked as if it were
 * (to xapi the SR with this uuid must be that of this call and no other), and
 * the result must be one that is accepted, as at the end of a resign. */
static int accept_done(const struct job *job, struct snapshot *now,
		       struct error *err)
{
	const struct txn_hooks *hooks = job->hooks;
	const struct plan nothing = {
		.from = now,
		.ids = { .old_sr = now->vg.sr, .new_sr = now->vg.sr },
	};

	log_info("the SR on this LUN is %s already: an earlier call has "
		 "resigned it; nothing is written",
		 uuid_string(&now->vg.sr).chars);
	if (hooks && hooks->may_begin &&
	    hooks->may_begin(hooks->context, &nothing, err))
		return -1;
	if (hooks && hooks->accept && hooks->accept(hooks->context, now, err))
		return -1;
	report(job, now, NULL, RESIGN_LEFT_ALONE);
	return 0;
}

static int refused(const struct job *job, const struct snapshot *before,
		   struct error *err)
{
	load_check_refusal(job->lun, &before->image, err);
	return unchanged(err);
}

static int plan_and_run(const struct job *job, struct snapshot *before,
			struct error *err)
{
	struct plan plan;
	int failed;

	if (plan_make(before, job->options, &plan, err))
		return refused(job, before, err);
	log_ids(&plan);
	log_step("planned: %zu VDIs get new uuids", plan.ids.vdi_count);
	failed = txn_resign(job->lun, &plan, job->owner, job->hooks, err);
	if (!failed)
		report(job, before, &plan, RESIGN_DONE);
	plan_free(&plan);
	return failed;
}

static int resign_anew(const struct job *job, struct image *seen,
		       struct error *err)
{
	struct snapshot before;
	bool done;
	int failed = 0;

	if (load_snapshot(job->lun, seen, &before, err))
		return unchanged(err);
	log_step("read: %u volumes", before.vg.lv_count);
	if (plan_is_done(&before, job->options, &done, err))
		failed = refused(job, &before, err);
	else if (done)
		failed = accept_done(job, &before, err);
	else if (job->report && !plan_is_wanted(&before, job->options))
		report(job, &before, NULL, RESIGN_LEFT_ALONE);
	else
		failed = plan_and_run(job, &before, err);
	snapshot_free(&before);
	return failed;
}

static int report_completed(const struct job *job,
			    const struct journal_spot *spot, struct error *err)
{
	if (load_and_report(job, NULL, RESIGN_COMPLETED, err))
		return error_prefix(err, "an earlier resign is completed, but "
					 "cannot be reported: ");
	if (job->report)
		job->report->completed_from = spot->head.old_sr;
	return 0;
}

/* After a recovery what was seen is no longer so. */
static int see_again(const struct job *job, struct image *seen,
		     struct error *err)
{
	struct journal_spot spot;

	image_free(seen);
	image_init(seen, job->lun->block_size);
	if (journal_find(job->lun, seen, &spot, err))
		return unchanged(err);
	if (spot.head.state == JOURNAL_NONE)
		return 0;
	return error_set(err, ERROR_LOCKED,
			 "another host is resigning this LUN at this moment; "
			 "look at the result before you try again");
}

static int recover_then_resign(const struct job *job, struct image *seen,
			       struct error *err)
{
	enum txn_found found;
	struct journal_spot spot;

	if (journal_find(job->lun, seen, &spot, err))
		return unchanged(err);
	if (!job->options && spot.head.state == JOURNAL_COMMITTED &&
	    !journal_is_of_lun(&spot.head, job->owner))
		return error_set(err, ERROR_LUN_CONTENT,
				 "this LUN is a copy, made in the middle of a "
				 "resign of LUN %.100s; resign it: that "
				 "completes it with identifiers of its own",
				 spot.head.scsi_id);
	if (txn_recover(job->lun, seen, &spot, job->owner, job->hooks, &found,
			err))
		return -1;
	if (found == TXN_COMPLETED)
		return report_completed(job, &spot, err);
	if (found == TXN_CLEARED && see_again(job, seen, err))
		return -1;
	if (!job->options)
		return load_and_report(job, seen, RESIGN_LEFT_ALONE, err);
	return resign_anew(job, seen, err);
}

int resign_lun(struct lun *lun, const struct plan_options *options,
	       const struct journal_owner *owner, const struct txn_hooks *hooks,
	       struct resign_report *report, struct error *err)
{
	const struct job job = { lun, options, owner, hooks, report };
	struct image seen;
	int failed;

	image_init(&seen, lun->block_size);
	failed = recover_then_resign(&job, &seen, err);
	image_free(&seen);
	return failed;
}
