// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/answers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "plan/map_file.h"
#include "base/utf8.h"
#include "sm/errors.h"

/* ---- values ---- */

/* Text of whatever origin; NULL is null. */
static json_t *text(const char *from)
{
	char *clean;
	json_t *made;

	if (!from)
		return json_null();
	clean = text_clean(from, strlen(from), '?');
	made = json_string(clean);
	free(clean);
	return made;
}

/* xapi's or a target's, as it is; NULL is null. */
static json_t *given(const char *from)
{
	json_t *made = from ? json_string(from) : json_null();

	/* what was cut may end in the middle of a character */
	return made ? made : text(from);
}

static json_t *uuid(const struct uuid *from)
{
	return json_string(uuid_string(from).chars);
}

static json_t *lvm_id(const struct lvm_id *id)
{
	return json_string(lvm_id_string(id).chars);
}

static json_t *hex(uint32_t number)
{
	return json_sprintf("%08" PRIx32, number);
}

/* jansson's are signed; what is cut off no disk has. */
static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)(n <= INT64_MAX ? n : INT64_MAX));
}

static void put(json_t *to, const char *key, json_t *value)
{
	json_object_set_new(to, key, value);
}

/* ---- documents ---- */

static json_t *begin(const char *command)
{
	return json_pack("{s:i, s:s}", "schema_version", 1, "command", command);
}

/* In ASCII, so that it passes through XML-RPC, any terminal or log. */
static char *take(json_t *document)
{
	char *line = json_dumps(document, JSON_COMPACT | JSON_ENSURE_ASCII);

	json_decref(document);
	return line;
}

static char *finish(json_t *document)
{
	put(document, "durations_ms",
	    json_pack("{s:o}", "total", number((uint64_t)clock_elapsed_ms())));
	return take(document);
}

char *answer_of(const char *command, json_t *members)
{
	json_t *document = begin(command);

	json_object_update(document, members);
	json_decref(members);
	return finish(document);
}

/* ---- the LUN ---- */

static json_t *name_lun(json_t *to, const char *name, const char *scsi_id)
{
	json_t *lun = json_pack("{s:o, s:o}", "name", text(name), "scsi_id",
				text(scsi_id[0] ? scsi_id : NULL));

	put(to, "lun", lun);
	return lun;
}

static void add_lun(json_t *to, const char *name, const struct look *look)
{
	json_t *lun = name_lun(to, name, lun_names_best(&look->names));

	if (!look->size)
		return;
	put(lun, "size", number(look->size));
	put(lun, "block_size", number(look->block_size));
}

static void add_journal(json_t *to, const struct journal_head *head)
{
	json_t *found = json_null();

	if (head->state == JOURNAL_DAMAGED)
		found = json_pack("{s:o, s:s}", "offset",
				  number(JOURNAL_PLACE_AT), "state", "damaged");
	else if (head->state == JOURNAL_CLAIMED ||
		 head->state == JOURNAL_COMMITTED)
		found = json_pack("{s:o, s:s, s:o, s:o, s:o}", "offset",
				  number(JOURNAL_PLACE_AT), "state",
				  head->state == JOURNAL_COMMITTED ? "committed"
								   : "claimed",
				  "old_sr", uuid(&head->old_sr), "new_sr",
				  uuid(&head->new_sr), "scsi_id",
				  text(head->scsi_id));
	put(to, "journal", found);
}

static json_t *findings(const struct findings *from)
{
	json_t *list = json_array();

	for (size_t i = 0; i < from->count; i++) {
		const struct finding *f = &from->items[i];

		json_array_append_new(
			list, json_pack("{s:s, s:o, s:o}", "weight",
					finding_weight_text(f->weight), "where",
					text(f->where), "text", text(f->what)));
	}
	return list;
}

static void add_error(json_t *to, const struct error *err)
{
	char words[sizeof(err->text) + 128];

	snprintf(words, sizeof(words), "%s%s", error_whose(err), err->text);
	put(to, "error",
	    json_pack("{s:i, s:o}", "code", sm_error_number(err->code), "text",
		      text(words)));
}

/* ---- the SR ---- */

/* KEY and new_KEY; NULL is null. */
static void add_id(json_t *to, const char *key, const struct sr_report *report,
		   const struct uuid *id)
{
	const struct uuid new =
		id ? report_new(report, id) : (struct uuid){ { 0 } };
	char new_key[32];

	snprintf(new_key, sizeof(new_key), "new_%s", key);
	put(to, key, id ? uuid(id) : json_null());
	if (report->plan)
		put(to, new_key, id ? uuid(&new) : json_null());
}

static json_t *vdi_of(const struct sr_report *report, uint32_t lv,
		      const struct vdi *vdi)
{
	const struct snapshot *snap = report->snap;
	const struct snapshot_lv *info = &snap->lvs[lv];
	const struct mgt_vdi *record = vdi->record;
	char *label = report_vdi_label(snap, vdi);
	json_t *to = json_object();

	add_id(to, "uuid", report, &vdi->uuid);
	put(to, "name_label", text(label));
	put(to, "kind", json_string(lv_kind_text(info->kind)));
	put(to, "role", json_string(vdi_role_text(vdi->role)));
	add_id(to, "parent", report, info->has_parent ? &info->parent : NULL);
	add_id(to, "snapshot_of", report,
	       record && record->has_snapshot_of ? &record->snapshot_of.uuid
						 : NULL);
	put(to, "size", number(report_vdi_size(snap, lv)));
	put(to, "allocated", number(snap->vg.lvs[lv].size));
	put(to, "cbt", json_boolean(vdi->log != VDI_NONE));
	if (report->plan)
		put(to, "dropped", json_boolean(report->plan->dropped[lv]));
	free(label);
	return to;
}

static json_t *counts_of(const struct report_counts *c)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, "
			 "s:i}",
			 "lvs", c->lvs, "vhds", c->vdis_of[LV_VHD], "qcow2s",
			 c->vdis_of[LV_QCOW2], "raws", c->vdis_of[LV_RAW],
			 "disks", c->disks, "snapshots", c->snapshots,
			 "base_copies", c->base_copies, "cbtlogs",
			 c->lvs_of[LV_CBTLOG], "sm_journals",
			 c->lvs_of[LV_JOURNAL], "foreign",
			 c->lvs_of[LV_FOREIGN], "dropped", c->dropped);
}

static void add_sr(json_t *to, const struct sr_report *report)
{
	const struct snapshot *snap = report->snap;
	const struct report_counts counts = report_count(report);
	json_t *sr = json_object(), *vdis = json_array();

	add_id(sr, "uuid", report, &snap->vg.sr);
	put(sr, "name_label", text(report->label));
	put(sr, "vg_id", lvm_id(&snap->vg.id));
	put(sr, "pv_id", lvm_id(&snap->vg.pv_id));
	if (report->plan) {
		put(sr, "new_vg_id", lvm_id(&report->plan->ids.vg));
		put(sr, "new_pv_id", lvm_id(&report->plan->ids.pv));
	}
	put(sr, "size", number(snap->vg.pe_count * snap->vg.extent_size));
	put(sr, "allocated", number(report_used(&snap->vg)));
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct vdi *vdi = report_vdi(snap, i);

		if (vdi)
			json_array_append_new(vdis, vdi_of(report, i, vdi));
	}
	put(to, "sr", sr);
	put(to, "vdis", vdis);
	put(to, "counts", counts_of(&counts));
	put(to, "warnings", findings(&report->warnings));
}

char *answer_inspect(const char *name, const struct look *look)
{
	json_t *document = begin("inspect");

	add_lun(document, name, look);
	add_sr(document, &look->sr);
	add_journal(document, &look->journal);
	return finish(document);
}

/* ---- plan and resign ---- */

static json_t *writes_of(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];
		char *what = report_structures(plan, w);

		json_array_append_new(list,
				      json_pack("{s:s, s:o, s:o, s:o, s:o}",
						"phase", report_phase(w),
						"offset", number(w->offset),
						"length", number(w->len),
						"crc32", hex(report_crc32(w)),
						"structures", text(what)));
		free(what);
	}
	return list;
}

char *answer_plan(const char *name, const struct look_plan *plan)
{
	json_t *document = begin("plan");
	/* On one line, so that xe's args:map= carries it whole. */
	char *map = id_map_one_line(&plan->map);

	add_lun(document, name, &plan->look);
	add_sr(document, &plan->look.sr);
	put(document, "writes", writes_of(plan->look.sr.plan));
	put(document, "digest", hex(plan_digest(plan->look.sr.plan)));
	put(document, "journal_place",
	    json_pack("{s:o, s:o, s:o}", "head", number(plan->journal_head),
		      "body", number(plan->journal_body), "body_length",
		      number(plan->journal_body_len)));
	put(document, "map", text(map));
	free(map);
	return finish(document);
}

char *answer_resign(const char *command, const char *name, const char *scsi_id,
		    const struct resign_report *resign)
{
	static const char *const outcomes[] = {
		[RESIGN_DONE] = "resigned",
		[RESIGN_COMPLETED] = "completed",
		[RESIGN_LEFT_ALONE] = "left alone",
	};
	json_t *document = begin(command);

	name_lun(document, name, scsi_id);
	put(document, "outcome", json_string(outcomes[resign->outcome]));
	if (resign->outcome == RESIGN_COMPLETED)
		put(document, "completed_from", uuid(&resign->completed_from));
	add_sr(document, &resign->sr);
	return finish(document);
}

/* ---- list ---- */

static json_t *listed(const struct target_list *list,
		      const struct listed_lun *lun)
{
	json_t *to = json_object(), *conflicts = json_array();
	char name[16];

	snprintf(name, sizeof(name), "%u", lun->number);
	add_lun(to, name, &lun->look);
	put(to, "state",
	    json_string(lun->look.sr.snap ? owner_text(lun->owner) : "no sr"));
	for (size_t i = 0; i < list->count; i++) {
		if (lun->conflicts[i])
			json_array_append_new(conflicts,
					      number(list->luns[i].number));
	}
	put(to, "conflicts", conflicts);
	if (lun->look.sr.snap)
		add_sr(to, &lun->look.sr);
	else
		add_error(to, &lun->error);
	add_journal(to, &lun->look.journal);
	return to;
}

char *answer_list(const char *name, const struct target_list *list)
{
	json_t *luns = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(luns, listed(list, &list->luns[i]));
	return answer_of("list", json_pack("{s:o, s:o}", "target", given(name),
					   "luns", luns));
}

char *answer_targets(const char *name, const struct iscsi_offers *offers)
{
	json_t *targets = json_array();

	for (size_t i = 0; i < offers->count; i++) {
		const struct iscsi_offer *offer = &offers->items[i];

		json_array_append_new(targets,
				      json_pack("{s:o, s:o, s:i}", "target",
						given(offer->iqn), "address",
						given(offer->portal.host),
						"port", offer->portal.port));
	}
	return answer_of("list", json_pack("{s:o, s:o}", "host", given(name),
					   "targets", targets));
}

/* ---- verify ---- */

static json_t *verified(const struct verified_lun *lun)
{
	json_t *to = json_object();

	add_lun(to, lun->name, &lun->look);
	if (lun->look.sr.snap)
		add_sr(to, &lun->look.sr);
	add_journal(to, &lun->look.journal);
	put(to, "findings", findings(&lun->findings));
	return to;
}

char *answer_verify(const struct verified_lun *luns, size_t count,
		    const struct findings *duplicates)
{
	size_t errors = findings_of(duplicates, FINDING_ERROR);
	size_t warnings = findings_of(duplicates, FINDING_WARNING);
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		json_array_append_new(list, verified(&luns[i]));
		errors += findings_of(&luns[i].findings, FINDING_ERROR);
		warnings += findings_of(&luns[i].findings, FINDING_WARNING);
	}
	return answer_of("verify", json_pack("{s:o, s:{s:o}, s:o, s:o}", "luns",
					     list, "duplicates", "findings",
					     findings(duplicates), "errors",
					     number(errors), "warnings",
					     number(warnings)));
}

/* ---- attach ---- */

static json_t *hosts_of(const struct xapi_attach_report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->host_count; i++) {
		const struct xapi_attach_host *host = &report->hosts[i];
		json_t *to = json_pack("{s:o, s:b}", "name", given(host->name),
				       "attached", host->attached);

		if (host->error[0])
			put(to, "error", given(host->error));
		if (host->rescan[0])
			put(to, "rescan", given(host->rescan));
		json_array_append_new(list, to);
	}
	return list;
}

/* The VDI's old uuid, if a resign has just renewed it. */
static void add_old(json_t *to, const struct resign_report *resign,
		    const char *name)
{
	const struct plan *plan = resign ? resign->sr.plan : NULL;
	struct uuid new;

	if (!plan || strlen(name) != UUID_TEXT_LEN ||
	    !uuid_from_text(name, &new))
		return;
	for (size_t i = 0; i < plan->ids.vdi_count; i++) {
		if (uuid_equal(&plan->ids.vdis[i].new, &new))
			put(to, "old_uuid", uuid(&plan->ids.vdis[i].old));
	}
}

static const char *text_of(const json_t *record, const char *key)
{
	const char *value = value_get(record, key);

	return value ? value : "";
}

/* xapi's own records: what its users see. */
static json_t *vdis_of(json_t *records, const struct resign_report *resign)
{
	json_t *list = json_array(), *vdi;
	const char *ref;

	json_object_foreach(records, ref, vdi)
	{
		const json_t *of =
			json_object_get(records, text_of(vdi, "snapshot_of"));
		json_t *to = json_object();

		put(to, "uuid", given(text_of(vdi, "uuid")));
		add_old(to, resign, text_of(vdi, "uuid"));
		put(to, "label", given(text_of(vdi, "name_label")));
		put(to, "snapshot_of", given(of ? text_of(of, "uuid") : NULL));
		json_array_append_new(list, to);
	}
	return list;
}

char *answer_attach(const char *name, const struct attach_result *result)
{
	const struct resign_report *resign =
		result->resigned ? &result->resign : NULL;
	json_t *document = begin("attach");
	json_t *sr = json_pack("{s:o, s:o}", "uuid",
			       uuid(&result->look.sr.snap->vg.sr), "label",
			       given(result->report.label));

	if (resign && resign->outcome == RESIGN_DONE)
		put(sr, "old_uuid", uuid(&resign->sr.snap->vg.sr));
	if (resign && resign->outcome == RESIGN_COMPLETED)
		put(sr, "old_uuid", uuid(&resign->completed_from));
	add_lun(document, name, &result->look);
	put(document, "resigned",
	    json_boolean(resign && resign->outcome != RESIGN_LEFT_ALONE));
	put(document, "sr", sr);
	put(document, "hosts", hosts_of(&result->report));
	put(document, "vdis", vdis_of(result->report.vdis, resign));
	return finish(document);
}

/* ---- the rest ---- */

char *answer_version(void)
{
	json_t *document = begin("version");

	put(document, "version", json_string(VERSION));
	return take(document);
}

char *answer_error(const char *command, const char *name, const char *scsi_id,
		   const struct error *err)
{
	json_t *document = begin(command);

	name_lun(document, name, scsi_id);
	add_error(document, err);
	return take(document);
}
