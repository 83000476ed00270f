// SPDX-License-Identifier: LGPL-2.1-only
#include "report/report_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/clean.h"

void report_json_begin(struct json *json, const char *command)
{
	json_open(json, NULL, '{');
	json_number(json, "schema_version", REPORT_SCHEMA_VERSION);
	json_text(json, "command", command);
}

/* Text that is not clean yet. */
static void add_unclean(struct json *json, const char *key, const char *text)
{
	char *clean = report_clean(text, strlen(text));

	json_text(json, key, clean);
	free(clean);
}

void report_json_lun(struct json *json, const struct report_lun *lun)
{
	json_open(json, "lun", '{');
	add_unclean(json, "name", lun->name);
	if (lun->scsi_id && lun->scsi_id[0])
		add_unclean(json, "scsi_id", lun->scsi_id);
	else
		json_none(json, "scsi_id");
	if (lun->size) {
		json_number(json, "size", lun->size);
		json_number(json, "block_size", lun->block_size);
	}
	json_close(json, '}');
}

/* KEY and new_KEY. */
static void add_id(struct json *json, const char *key, bool has,
		   const struct report_id *id, bool renewed)
{
	char new_key[32];

	snprintf(new_key, sizeof(new_key), "new_%s", key);
	if (has)
		json_uuid(json, key, &id->old);
	else
		json_none(json, key);
	if (!renewed)
		return;
	if (has)
		json_uuid(json, new_key, &id->new);
	else
		json_none(json, new_key);
}

static void add_vdi(struct json *json, const struct report_vdi *vdi,
		    bool renewed)
{
	json_open(json, NULL, '{');
	add_id(json, "uuid", true, &vdi->uuid, renewed);
	json_text(json, "name_label", vdi->label);
	json_text(json, "kind", lv_kind_text(vdi->kind));
	json_text(json, "role", vdi_role_text(vdi->role));
	add_id(json, "parent", vdi->has_parent, &vdi->parent, renewed);
	add_id(json, "snapshot_of", vdi->has_snapshot_of, &vdi->snapshot_of,
	       renewed);
	json_number(json, "size", vdi->size);
	json_number(json, "allocated", vdi->allocated);
	json_bool(json, "cbt", vdi->has_cbt);
	if (renewed)
		json_bool(json, "dropped", vdi->dropped);
	json_close(json, '}');
}

static void add_counts(struct json *json, const struct report_counts *counts)
{
	json_open(json, "counts", '{');
	json_number(json, "lvs", counts->lvs);
	json_number(json, "vhds", counts->vhds);
	json_number(json, "qcow2s", counts->qcow2s);
	json_number(json, "raws", counts->raws);
	json_number(json, "disks", counts->disks);
	json_number(json, "snapshots", counts->snapshots);
	json_number(json, "base_copies", counts->base_copies);
	json_number(json, "cbtlogs", counts->cbtlogs);
	json_number(json, "sm_journals", counts->sm_journals);
	json_number(json, "foreign", counts->foreign);
	json_number(json, "dropped", counts->dropped);
	json_close(json, '}');
}

void report_json_sr(struct json *json, const struct sr_report *report)
{
	json_open(json, "sr", '{');
	add_id(json, "uuid", true, &report->sr, report->renewed);
	json_text(json, "name_label", report->label);
	json_lvm_id(json, "vg_id", &report->vg);
	json_lvm_id(json, "pv_id", &report->pv);
	if (report->renewed) {
		json_lvm_id(json, "new_vg_id", &report->new_vg);
		json_lvm_id(json, "new_pv_id", &report->new_pv);
	}
	json_number(json, "size", report->extents * report->extent_size);
	json_number(json, "allocated",
		    report->extents_used * report->extent_size);
	json_close(json, '}');
	json_open(json, "vdis", '[');
	for (size_t i = 0; i < report->vdi_count; i++)
		add_vdi(json, &report->vdis[i], report->renewed);
	json_close(json, ']');
	add_counts(json, &report->counts);
	report_json_findings(json, "warnings", &report->warnings);
}

static void add_hex(struct json *json, const char *key, uint32_t number)
{
	char text[12];

	snprintf(text, sizeof(text), "%08" PRIx32, number);
	json_text(json, key, text);
}

static const char *phase_text(enum plan_phase phase)
{
	switch (phase) {
	case PLAN_RING:
		return "prepare";
	case PLAN_INPLACE:
		return "apply";
	case PLAN_SWITCH:
		break;
	}
	return "switch";
}

void report_json_writes(struct json *json, const struct sr_report *report)
{
	json_open(json, "writes", '[');
	for (size_t i = 0; i < report->write_count; i++) {
		const struct report_write *w = &report->writes[i];

		json_open(json, NULL, '{');
		json_text(json, "phase", phase_text(w->phase));
		json_number(json, "offset", w->offset);
		json_number(json, "length", w->len);
		add_hex(json, "crc32", w->crc32);
		json_text(json, "structures", w->what);
		json_close(json, '}');
	}
	json_close(json, ']');
	add_hex(json, "digest", report->digest);
}

void report_json_journal(struct json *json,
			 const struct report_journal *journal)
{
	const struct journal_head *head = &journal->head;

	if (journal->found == JOURNAL_NONE ||
	    journal->found == JOURNAL_FOREIGN) {
		json_none(json, "journal");
		return;
	}
	json_open(json, "journal", '{');
	json_number(json, "offset", journal->at);
	if (journal->found == JOURNAL_DAMAGED) {
		json_text(json, "state", "damaged");
	} else {
		json_text(json, "state",
			  head->state == JOURNAL_COMMITTED ? "committed"
							   : "claimed");
		json_uuid(json, "old_sr", &head->old_sr);
		json_uuid(json, "new_sr", &head->new_sr);
		add_unclean(json, "scsi_id", head->scsi_id);
	}
	json_close(json, '}');
}

void report_json_resign(struct json *json, const struct resign_report *report)
{
	switch (report->outcome) {
	case RESIGN_DONE:
		json_text(json, "outcome", "resigned");
		break;
	case RESIGN_COMPLETED:
		json_text(json, "outcome", "completed");
		json_uuid(json, "completed_from", &report->completed_from);
		break;
	case RESIGN_LEFT_ALONE:
		json_text(json, "outcome", "left alone");
		break;
	}
	report_json_sr(json, &report->sr);
}

static const char *weight_text(enum finding_weight weight)
{
	switch (weight) {
	case FINDING_NOTE:
		return "note";
	case FINDING_WARNING:
		return "warning";
	case FINDING_ERROR:
		break;
	}
	return "error";
}

void report_json_findings(struct json *json, const char *key,
			  const struct findings *findings)
{
	json_open(json, key, '[');
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->items[i];

		json_open(json, NULL, '{');
		json_text(json, "weight", weight_text(f->weight));
		json_text(json, "where", f->where);
		json_text(json, "text", f->what);
		json_close(json, '}');
	}
	json_close(json, ']');
}

void report_json_error(struct json *json, int number, const struct error *err)
{
	char text[sizeof(err->text) + 128];

	snprintf(text, sizeof(text), "%s%s", error_whose(err), err->text);
	json_open(json, "error", '{');
	json_number(json, "code", (uint64_t)number);
	add_unclean(json, "text", text);
	json_close(json, '}');
}
