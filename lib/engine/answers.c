// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "plan/map_file.h"
#include "report/report_json.h"
#include "sm/errors.h"

static void add_lun(struct json *json, const char *name,
		    const struct look *look)
{
	const struct report_lun lun = {
		.name = name,
		.scsi_id = lun_names_best(&look->names),
		.size = look->size,
		.block_size = look->block_size,
	};

	report_json_lun(json, &lun);
}

static char *finish(struct json *json)
{
	json_open(json, "durations_ms", '{');
	json_number(json, "total", (uint64_t)clock_elapsed_ms());
	json_close(json, '}');
	json_close(json, '}');
	return json_take(json);
}

char *answer_inspect(const char *name, const struct look *look)
{
	struct json json = { 0 };

	report_json_begin(&json, "inspect");
	add_lun(&json, name, look);
	report_json_sr(&json, &look->sr);
	report_json_journal(&json, &look->journal);
	return finish(&json);
}

/* On one line, so that xe's args:map= carries it whole. */
static void add_map(struct json *json, const struct buffer *map)
{
	char *text = id_map_one_line(map);

	json_text(json, "map", text);
	free(text);
}

char *answer_plan(const char *name, const struct look_plan *plan)
{
	struct json json = { 0 };

	report_json_begin(&json, "plan");
	add_lun(&json, name, &plan->look);
	report_json_sr(&json, &plan->look.sr);
	report_json_writes(&json, &plan->look.sr);
	json_open(&json, "journal_place", '{');
	json_number(&json, "head", plan->journal_head);
	json_number(&json, "body", plan->journal_body);
	json_number(&json, "body_length", plan->journal_body_len);
	json_close(&json, '}');
	add_map(&json, &plan->map);
	return finish(&json);
}

char *answer_resign(const char *command, const char *name, const char *scsi_id,
		    const struct resign_report *resign)
{
	const struct report_lun lun = { .name = name, .scsi_id = scsi_id };
	struct json json = { 0 };

	report_json_begin(&json, command);
	report_json_lun(&json, &lun);
	report_json_resign(&json, resign);
	return finish(&json);
}

/* ---- list ---- */

static void add_listed(struct json *json, const struct target_list *list,
		       const struct listed_lun *lun)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", lun->number);
	json_open(json, NULL, '{');
	add_lun(json, name, &lun->look);
	json_text(json, "state",
		  lun->has_sr ? owner_text(lun->owner) : "no sr");
	json_open(json, "conflicts", '[');
	for (size_t i = 0; i < lun->conflict_count; i++)
		json_number(json, NULL, list->luns[lun->conflicts[i]].number);
	json_close(json, ']');
	if (!lun->has_sr) {
		report_json_error(json, sm_error_number(lun->error.code),
				  &lun->error);
	} else {
		report_json_sr(json, &lun->look.sr);
	}
	report_json_journal(json, &lun->look.journal);
	json_close(json, '}');
}

char *answer_list(const char *name, const struct target_list *list)
{
	struct json json = { 0 };

	report_json_begin(&json, "list");
	json_text(&json, "target", name);
	json_open(&json, "luns", '[');
	for (size_t i = 0; i < list->count; i++)
		add_listed(&json, list, &list->luns[i]);
	json_close(&json, ']');
	return finish(&json);
}

char *answer_targets(const char *name, const struct iscsi_offers *offers)
{
	struct json json = { 0 };

	report_json_begin(&json, "list");
	json_text(&json, "host", name);
	json_open(&json, "targets", '[');
	for (size_t i = 0; i < offers->count; i++) {
		json_open(&json, NULL, '{');
		json_text(&json, "target", offers->items[i].iqn);
		json_text(&json, "address", offers->items[i].portal.host);
		json_number(&json, "port", offers->items[i].portal.port);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	return finish(&json);
}

/* ---- verify ---- */

static size_t errors_of(const struct verified_lun *luns, size_t count,
			const struct findings *duplicates,
			enum finding_weight weight)
{
	size_t n = findings_of(duplicates, weight);

	for (size_t i = 0; i < count; i++)
		n += findings_of(&luns[i].findings, weight);
	return n;
}

char *answer_verify(const struct verified_lun *luns, size_t count,
		    const struct findings *duplicates)
{
	struct json json = { 0 };

	report_json_begin(&json, "verify");
	json_open(&json, "luns", '[');
	for (size_t i = 0; i < count; i++) {
		json_open(&json, NULL, '{');
		add_lun(&json, luns[i].name, &luns[i].look);
		if (luns[i].readable)
			report_json_sr(&json, &luns[i].look.sr);
		report_json_journal(&json, &luns[i].look.journal);
		report_json_findings(&json, "findings", &luns[i].findings);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_open(&json, "duplicates", '{');
	report_json_findings(&json, "findings", duplicates);
	json_close(&json, '}');
	json_number(&json, "errors",
		    errors_of(luns, count, duplicates, FINDING_ERROR));
	json_number(&json, "warnings",
		    errors_of(luns, count, duplicates, FINDING_WARNING));
	return finish(&json);
}

/* ---- attach ---- */

static void add_hosts(struct json *json,
		      const struct xapi_attach_report *report)
{
	json_open(json, "hosts", '[');
	for (size_t i = 0; i < report->host_count; i++) {
		const struct xapi_attach_host *host = &report->hosts[i];

		json_open(json, NULL, '{');
		json_text(json, "name", host->name);
		json_bool(json, "attached", host->attached);
		if (host->error[0])
			json_text(json, "error", host->error);
		if (host->rescan[0])
			json_text(json, "rescan", host->rescan);
		json_close(json, '}');
	}
	json_close(json, ']');
}

/* The VDI's old uuid, if a resign has just renewed it. */
static void add_old(struct json *json, const struct resign_report *resign,
		    const char *uuid)
{
	struct uuid new;

	if (!resign || !resign->sr.renewed || strlen(uuid) != UUID_TEXT_LEN ||
	    !uuid_from_text(uuid, &new))
		return;
	for (size_t i = 0; i < resign->sr.vdi_count; i++) {
		if (uuid_equal(&resign->sr.vdis[i].uuid.new, &new))
			json_uuid(json, "old_uuid",
				  &resign->sr.vdis[i].uuid.old);
	}
}

static const char *text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

/* xapi's own records: what its users see. */
static void add_vdis(struct json *json, json_t *vdis,
		     const struct resign_report *resign)
{
	const char *ref;
	json_t *vdi;

	json_open(json, "vdis", '[');
	json_object_foreach(vdis, ref, vdi)
	{
		const json_t *of =
			json_object_get(vdis, text_of(vdi, "snapshot_of"));

		json_open(json, NULL, '{');
		json_text(json, "uuid", text_of(vdi, "uuid"));
		add_old(json, resign, text_of(vdi, "uuid"));
		json_text(json, "label", text_of(vdi, "name_label"));
		json_text(json, "snapshot_of", of ? text_of(of, "uuid") : NULL);
		json_close(json, '}');
	}
	json_close(json, ']');
}

char *answer_attach(const char *name, const struct attach_result *result,
		    const struct resign_report *resign)
{
	struct json json = { 0 };

	report_json_begin(&json, "attach");
	add_lun(&json, name, &result->look);
	json_bool(&json, "resigned",
		  resign && resign->outcome != RESIGN_LEFT_ALONE);
	json_open(&json, "sr", '{');
	json_uuid(&json, "uuid", &result->look.sr.sr.old);
	if (resign && resign->outcome == RESIGN_DONE)
		json_uuid(&json, "old_uuid", &resign->sr.sr.old);
	if (resign && resign->outcome == RESIGN_COMPLETED)
		json_uuid(&json, "old_uuid", &resign->completed_from);
	json_text(&json, "label", result->report.label);
	json_close(&json, '}');
	add_hosts(&json, &result->report);
	add_vdis(&json, result->report.vdis, resign);
	return finish(&json);
}

char *answer_detach(const char *sr_uuid)
{
	struct json json = { 0 };

	report_json_begin(&json, "detach");
	json_text(&json, "sr_uuid", sr_uuid);
	return finish(&json);
}

char *answer_rescan(const char *name, const struct attach_scanned *scanned)
{
	struct json json = { 0 };

	report_json_begin(&json, "rescan");
	json_text(&json, "lun", name);
	json_number(&json, "sessions", scanned->sessions);
	json_number(&json, "scanned", scanned->scanned);
	return finish(&json);
}

char *answer_in_use(const char *name)
{
	struct json json = { 0 };

	report_json_begin(&json, "in_use");
	json_text(&json, "lun", name);
	json_bool(&json, "in_use", false);
	return finish(&json);
}

char *answer_count(const char *command, const char *name, const char *what,
		   size_t count)
{
	struct json json = { 0 };

	report_json_begin(&json, command);
	json_text(&json, "lun", name);
	json_number(&json, what, count);
	return finish(&json);
}

char *answer_error(const char *command, const char *name, const char *scsi_id,
		   const struct error *err)
{
	const struct report_lun lun = { .name = name, .scsi_id = scsi_id };
	struct json json = { 0 };

	report_json_begin(&json, command);
	report_json_lun(&json, &lun);
	report_json_error(&json, sm_error_number(err->code), err);
	json_close(&json, '}');
	return json_take(&json);
}
