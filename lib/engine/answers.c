// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static char *finish(struct json *json, unsigned long ms)
{
	json_open(json, "durations_ms", '{');
	json_number(json, "total", ms);
	json_close(json, '}');
	json_close(json, '}');
	return json_take(json);
}

char *answer_inspect(const char *name, const struct look *look,
		     unsigned long ms)
{
	struct json json = { 0 };

	report_json_begin(&json, "inspect");
	add_lun(&json, name, look);
	report_json_sr(&json, &look->sr);
	report_json_journal(&json, &look->journal);
	return finish(&json, ms);
}

/* On one line, so that xe's args:map= carries it whole. */
static void add_map(struct json *json, const struct buffer *map)
{
	char *text = id_map_one_line(map);

	if (!text)
		json->text.failed = true;
	json_text(json, "map", text);
	free(text);
}

char *answer_plan(const char *name, const struct look_plan *plan,
		  unsigned long ms)
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
	return finish(&json, ms);
}

char *answer_resign(const char *command, const char *name, const char *scsi_id,
		    const struct resign_report *resign, unsigned long ms)
{
	const struct report_lun lun = { .name = name, .scsi_id = scsi_id };
	struct json json = { 0 };

	report_json_begin(&json, command);
	report_json_lun(&json, &lun);
	report_json_resign(&json, resign);
	return finish(&json, ms);
}

/* ---- list ---- */

static void add_listed(struct json *json, const struct target_list *list,
		       const struct listed_lun *lun)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", lun->number);
	json_open(json, NULL, '{');
	add_lun(json, name, &lun->look);
	json_text(json, "state", lun->has_sr ? owner_text(lun->owner) : "no sr");
	json_open(json, "conflicts", '[');
	for (size_t i = 0; i < lun->conflict_count; i++)
		json_number(json, NULL, list->luns[lun->conflicts[i]].number);
	json_close(json, ']');
	if (!lun->has_sr) {
		report_json_error(json, sm_error_number(lun->error.code),
				  lun->error.text);
	} else {
		report_json_sr(json, &lun->look.sr);
	}
	report_json_journal(json, &lun->look.journal);
	json_close(json, '}');
}

char *answer_list(const char *name, const struct target_list *list,
		  unsigned long ms)
{
	struct json json = { 0 };

	report_json_begin(&json, "list");
	json_text(&json, "target", name);
	json_open(&json, "luns", '[');
	for (size_t i = 0; i < list->count; i++)
		add_listed(&json, list, &list->luns[i]);
	json_close(&json, ']');
	return finish(&json, ms);
}

char *answer_targets(const char *name, const struct iscsi_offers *offers,
		     unsigned long ms)
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
	return finish(&json, ms);
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
		    const struct findings *duplicates, unsigned long ms)
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
		report_json_findings(&json, &luns[i].findings);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_open(&json, "duplicates", '{');
	report_json_findings(&json, duplicates);
	json_close(&json, '}');
	json_number(&json, "errors",
		    errors_of(luns, count, duplicates, FINDING_ERROR));
	json_number(&json, "warnings",
		    errors_of(luns, count, duplicates, FINDING_WARNING));
	return finish(&json, ms);
}

char *answer_error(const char *command, const char *name, const char *scsi_id,
		   const struct error *err)
{
	const struct report_lun lun = { .name = name, .scsi_id = scsi_id };
	struct json json = { 0 };

	report_json_begin(&json, command);
	report_json_lun(&json, &lun);
	report_json_error(&json, sm_error_number(err->code), err->text);
	json_close(&json, '}');
	return json_take(&json);
}
