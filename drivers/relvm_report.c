// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/relvm_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static void add_json(const struct relvm_report *report, char *json)
{
	buffer_add_text(report->text.out, json);
	buffer_add_text(report->text.out, "\n");
	free(json);
}

static void add_lun(const struct report_text *text, const char *name,
		    const struct look *look)
{
	report_text_lun(text, name, lun_names_best(&look->names), look->size);
}

void relvm_report_inspect(const struct relvm_report *report,
			  const struct lun_choice *choice,
			  const struct look *look)
{
	const struct report_text *text = &report->text;

	if (report->options->json) {
		add_json(report, answer_inspect(choice->name, look));
		return;
	}
	add_lun(text, choice->name, look);
	report_text_sr(text, &look->sr);
	report_text_journal(text, &look->journal);
}

void relvm_report_plan(const struct relvm_report *report,
		       const struct lun_choice *choice,
		       const struct look_plan *plan)
{
	const struct report_text *text = &report->text;

	if (report->options->json) {
		add_json(report, answer_plan(choice->name, plan));
		return;
	}
	add_lun(text, choice->name, &plan->look);
	report_text_sr(text, &plan->look.sr);
	report_text_writes(text, plan->look.sr.plan);
	buffer_printf(text->out,
		      "  the journal, which is gone at the end: a head at "
		      "%llu, and %llu bytes at %llu\n",
		      (unsigned long long)plan->journal_head,
		      (unsigned long long)plan->journal_body_len,
		      (unsigned long long)plan->journal_body);
	if (report->options->save_map)
		buffer_printf(text->out,
			      "  nothing was written; resign --map %.200s "
			      "makes just these writes\n",
			      report->options->save_map);
	else
		buffer_printf(text->out, "  nothing was written\n");
}

/* What became of it, in a line without its end. */
static void add_outcome(const struct report_text *text,
			const struct relvm_report *report,
			const struct resign_report *resign)
{
	const struct report_counts counts = report_count(&resign->sr);
	const struct uuid *sr = &resign->sr.snap->vg.sr;
	const struct uuid new = report_new(&resign->sr, sr);

	switch (resign->outcome) {
	case RESIGN_DONE:
		buffer_printf(text->out, "resigned, SR %s -> %s, %u VDIs",
			      uuid_string(sr).chars, uuid_string(&new).chars,
			      counts.vdis - counts.dropped);
		if (counts.dropped)
			buffer_printf(text->out, ", %u dropped",
				      counts.dropped);
		break;
	case RESIGN_COMPLETED:
		buffer_printf(text->out,
			      "an interrupted resign was completed, SR %s -> "
			      "%s, %u VDIs",
			      uuid_string(&resign->completed_from).chars,
			      uuid_string(sr).chars, counts.vdis);
		break;
	case RESIGN_LEFT_ALONE:
		if (report->options->command == RELVM_RECOVER)
			buffer_printf(text->out,
				      "no resign was interrupted, SR %s",
				      uuid_string(sr).chars);
		else if (report->options->request.plan.from_count)
			buffer_printf(text->out,
				      "left alone: its SR %s is none of "
				      "--from: it was resigned before, or "
				      "is no clone of that",
				      uuid_string(sr).chars);
		else
			buffer_printf(text->out,
				      "left alone: its SR is %s already",
				      uuid_string(sr).chars);
		break;
	}
}

/* What the user types next. An image file is first to become a LUN. */
static void add_next(const struct report_text *text,
		     const struct lun_choice *choice,
		     const struct resign_report *resign)
{
	const struct uuid sr = report_new(&resign->sr, &resign->sr.snap->vg.sr);

	if (resign->outcome == RESIGN_LEFT_ALONE || choice->path)
		return;
	buffer_printf(text->out,
		      "next, on the pool's master: xe sr-introduce "
		      "type=lvmoiscsi shared=true content-type=user "
		      "name-label=... uuid=%s\n",
		      uuid_string(&sr).chars);
}

void relvm_report_resign(const struct relvm_report *report,
			 const struct lun_choice *choice, const char *scsi_id,
			 const struct resign_report *resign)
{
	const struct report_text *text = &report->text;

	if (report->options->json) {
		add_json(report, answer_resign(report->options->command_text,
					       choice->name, scsi_id, resign));
		return;
	}
	report_text_clean(text, choice->name);
	buffer_printf(text->out, ": ");
	add_outcome(text, report, resign);
	buffer_printf(text->out, ", %.3f s\n",
		      (double)clock_elapsed_ms() / 1000);
	if (report->options->count == 1) {
		report_text_sr(text, &resign->sr);
		add_next(text, choice, resign);
	} else {
		report_text_findings(text, &resign->sr.warnings);
	}
}

void relvm_report_attach(const struct relvm_report *report,
			 const struct lun_choice *choice,
			 const struct attach_result *result)
{
	const struct xapi_attach_report *attach = &result->report;
	const struct report_text *text = &report->text;

	if (report->options->json) {
		add_json(report, answer_attach(choice->name, result));
		return;
	}
	report_text_clean(text, choice->name);
	buffer_printf(text->out, ": ");
	if (result->resigned) {
		add_outcome(text, report, &result->resign);
		buffer_printf(text->out, "; ");
	}
	buffer_printf(text->out, "attached as SR %s, %.3f s\n",
		      uuid_string(&result->look.sr.snap->vg.sr).chars,
		      (double)clock_elapsed_ms() / 1000);
	for (size_t i = 0; i < attach->host_count; i++) {
		const struct xapi_attach_host *host = &attach->hosts[i];

		buffer_printf(text->out, "  host ");
		report_text_clean(text, host->name);
		buffer_printf(text->out, ": %s",
			      host->attached ? "attached" : "NOT attached: ");
		report_text_clean(text, host->error);
		buffer_printf(text->out, "%s\n",
			      host->rescan[0] ? " (no rescan)" : "");
	}
}

static void add_total(const struct report_text *text, size_t errors,
		      size_t warnings)
{
	if (errors == 0 && warnings == 0)
		buffer_printf(text->out, "sound\n");
	else
		buffer_printf(text->out, "%zu error%s, %zu warning%s\n", errors,
			      errors == 1 ? "" : "s", warnings,
			      warnings == 1 ? "" : "s");
}

void relvm_report_verify(const struct relvm_report *report,
			 const struct verified_lun *luns, size_t count,
			 const struct findings *duplicates)
{
	const struct report_text *text = &report->text;

	if (report->options->json) {
		add_json(report, answer_verify(luns, count, duplicates));
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct findings *f = &luns[i].findings;

		report_text_clean(text, luns[i].name);
		buffer_printf(text->out, ": ");
		add_total(text, findings_of(f, FINDING_ERROR),
			  findings_of(f, FINDING_WARNING));
		report_text_findings(text, f);
	}
	if (duplicates->count)
		buffer_printf(text->out, "identifiers that are there twice:\n");
	report_text_findings(text, duplicates);
}

static void add_listed(const struct report_text *text,
		       const struct target_list *list,
		       const struct listed_lun *lun)
{
	char name[32];
	bool any = false;

	snprintf(name, sizeof(name), "LUN %u", lun->number);
	add_lun(text, name, &lun->look);
	if (!lun->look.sr.snap) {
		buffer_printf(text->out, "  no SR: ");
		report_text_clean(text, lun->error.text);
	} else {
		const struct sr_report *sr = &lun->look.sr;
		const uint32_t vdis = report_count(sr).vdis;

		buffer_printf(text->out, "  SR %s",
			      uuid_string(&sr->snap->vg.sr).chars);
		if (sr->label[0])
			buffer_printf(text->out, " \"%s\"", sr->label);
		buffer_printf(text->out, ", %u VDI%s", vdis,
			      vdis == 1 ? "" : "s");
		if (lun->owner > OWNER_UNKNOWN)
			buffer_printf(text->out, ", %s",
				      owner_text(lun->owner));
	}
	buffer_printf(text->out, "\n");
	report_text_journal(text, &lun->look.journal);
	for (size_t i = 0; i < list->count; i++) {
		if (lun->conflicts[i])
			buffer_printf(text->out, "%s %u",
				      any ? ""
					  : "  has the same identifiers as LUN",
				      list->luns[i].number);
		any |= lun->conflicts[i];
	}
	buffer_printf(text->out, "%s", any ? "\n" : "");
}

void relvm_report_list(const struct relvm_report *report,
		       const struct lun_choice *choice,
		       const struct target_list *list)
{
	const struct report_text *text = &report->text;

	if (report->options->json) {
		add_json(report, answer_list(choice->name, list));
		return;
	}
	for (size_t i = 0; i < list->count; i++)
		add_listed(text, list, &list->luns[i]);
	if (list->count == 0)
		buffer_printf(text->out, "the target has no disk\n");
}

void relvm_report_targets(const struct relvm_report *report,
			  const struct lun_choice *choice,
			  const struct iscsi_offers *offers)
{
	const struct report_text *text = &report->text;

	if (report->options->json) {
		add_json(report, answer_targets(choice->name, offers));
		return;
	}
	for (size_t i = 0; i < offers->count; i++) {
		const struct iscsi_offer *offer = &offers->items[i];

		buffer_printf(text->out, "iscsi://%s:%u/",
			      portal_host_text(offer->portal.host).chars,
			      offer->portal.port);
		report_text_clean(text, offer->iqn);
		buffer_printf(text->out, "\n");
	}
	if (offers->count == 0)
		buffer_printf(text->out, "the host has no target\n");
}

void relvm_report_error(const struct relvm_report *report, const char *lun,
			const char *scsi_id, const struct error *err)
{
	const struct report_text to_err = { .out = report->err };
	const struct report_text *text = &to_err;
	size_t n = strlen(lun);

	if (report->options->json) {
		add_json(report, answer_error(report->options->command_text,
					      lun, scsi_id, err));
		return;
	}
	buffer_printf(text->out, "relvm: ");
	/* Most errors of a file or a device begin with its name. */
	if (strncmp(err->text, lun, n) != 0 || !strchr(": ", err->text[n])) {
		report_text_clean(text, lun);
		buffer_printf(text->out, ": ");
	}
	buffer_add_text(text->out, error_whose(err));
	report_text_clean(text, err->text);
	buffer_printf(text->out, "\n");
}
