// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/look.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "plan/map_file.h"
#include "txn/journal.h"
#include "txn/load.h"

static int load(const struct reached *open, struct look *out,
		struct snapshot *snap, struct error *err)
{
	struct journal_spot spot;
	struct image seen;
	int failed;

	*out = (struct look){
		.names = open->names,
		.size = open->lun->size,
		.block_size = open->lun->block_size,
	};
	image_init(&seen, open->lun->block_size);
	failed = journal_find(open->lun, &seen, &spot, err);
	out->journal = spot.head;
	failed = failed || load_snapshot(open->lun, &seen, snap, err);
	image_free(&seen);
	return failed ? -1 : 0;
}

int look_at_open(const struct reached *open, struct look *out,
		 struct error *err)
{
	struct snapshot snap;

	if (load(open, out, &snap, err))
		return -1;
	sr_report_take(&snap, NULL, &out->sr);
	return 0;
}

static int inspect(const struct reached *open, void *context, struct error *err)
{
	struct look *out = context;

	return look_at_open(open, out, err);
}

int look_inspect(const struct lun_choice *choice, struct look *out,
		 struct error *err)
{
	*out = (struct look){ 0 };
	return reach(choice, REACH_TO_READ, inspect, out, err);
}

/* ---- plan ---- */

static int check_no_journal(const struct journal_head *head, struct error *err)
{
	if (head->state == JOURNAL_DAMAGED)
		return error_set(err, ERROR_LUN_CONTENT,
				 "the journal of an interrupted resign is "
				 "damaged; " MAKE_NEW_CLONE);
	if (head->state == JOURNAL_COMMITTED)
		return error_set(err, ERROR_LUN_CONTENT,
				 "there is an interrupted resign on this LUN, "
				 "which the next one completes, with the "
				 "identifiers of its journal; run recover "
				 "first");
	return 0;
}

static int make_plan(const struct reached *open, struct snapshot *snap,
		     const struct plan_options *options, struct look_plan *out,
		     struct error *err)
{
	struct journal_owner owner = { .scsi_id =
					       lun_names_best(&open->names) };
	struct journal journal;
	struct buffer body;
	struct plan plan;

	if (plan_make(snap, options, &plan, err))
		return -1;
	if (journal_prepare(open->lun, &plan, &owner, &journal, &body, err)) {
		plan_free(&plan);
		return -1;
	}
	out->journal_head = JOURNAL_PLACE_AT;
	out->journal_body = journal.head.body_at;
	out->journal_body_len = body.len;
	buffer_free(&body);
	id_map_write(&plan, &out->map);
	sr_report_take(snap, &plan, &out->look.sr);
	return 0;
}

struct planning {
	const struct resign_request *request;
	struct look_plan *out;
};

static int plan_open(const struct reached *open, void *context,
		     struct error *err)
{
	const struct planning *planning = context;
	struct look_plan *out = planning->out;
	struct snapshot snap;
	int failed;

	if (load(open, &out->look, &snap, err))
		return -1;
	failed = check_no_journal(&out->look.journal, err) ||
		 make_plan(open, &snap, &planning->request->plan, out, err);
	snapshot_free(&snap);
	return failed ? -1 : 0;
}

int look_plan(const struct lun_choice *choice,
	      const struct resign_request *request, struct look_plan *out,
	      struct error *err)
{
	struct planning planning = { request, out };

	*out = (struct look_plan){ 0 };
	if (reach(choice, REACH_TO_READ, plan_open, &planning, err) == 0)
		return 0;
	look_plan_free(out);
	return -1;
}

void look_plan_free(struct look_plan *plan)
{
	sr_report_free(&plan->look.sr);
	buffer_free(&plan->map);
}

/* ---- verify ---- */

static int verify_open(const struct reached *open, void *context,
		       struct error *err)
{
	struct verified_lun *out = context;
	struct findings *findings = &out->findings;
	struct snapshot snap;
	int failed = load(open, &out->look, &snap, err);

	if (failed && err->code != ERROR_LUN_CONTENT)
		return -1;
	check_journal(&out->look.journal, findings);
	if (failed) {
		finding_add(findings, FINDING_ERROR, "structure", "%s",
			    err->text);
	} else {
		check_sr(&snap, findings);
		sr_report_take(&snap, NULL, &out->look.sr);
	}
	return 0;
}

int look_verify(const struct lun_choice *choice, struct verified_lun *out,
		struct error *err)
{
	*out = (struct verified_lun){ .name = choice->name };
	return reach(choice, REACH_TO_READ, verify_open, out, err);
}

void verified_compare(const struct verified_lun *luns, size_t count,
		      struct findings *duplicates)
{
	const struct snapshot **snaps = alloc_zeroed(count, sizeof(*snaps));
	const char **names = alloc_zeroed(count, sizeof(*names));

	for (size_t i = 0; i < count; i++) {
		snaps[i] = luns[i].look.sr.snap;
		names[i] = luns[i].name;
	}
	check_duplicates(snaps, names, count, duplicates);
	free(snaps);
	free(names);
}

void verified_free(struct verified_lun *luns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		findings_free(&luns[i].findings);
		sr_report_free(&luns[i].look.sr);
	}
	free(luns);
}
