// SPDX-License-Identifier: LGPL-2.1-only
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/bytes.h"
#include "base/crc.h"
#include "base/utf8.h"
#include "format/lvm_map.h"
#include "report/check.h"

/* SR's own sectors of MGT: 1 uuid …, 2 label. */
#define MGT_SR_LABEL_AT (2 * MGT_SECTOR)

/* ---- MGT ---- */

static char *sr_label(const struct snapshot *snap)
{
	static const char open[] = "<name_label>", close[] = "</name_label>";
	const char *sector, *from, *to;

	if (snap->mgt_header.blank ||
	    snap->mgt_header.length < MGT_SR_LABEL_AT + MGT_SECTOR)
		return alloc_text("");
	sector = (const char *)snap->mgt_bytes + MGT_SR_LABEL_AT;
	from = memmem(sector, MGT_SECTOR, open, sizeof(open) - 1);
	if (!from)
		return alloc_text("");
	from += sizeof(open) - 1;
	to = memmem(from, (size_t)(sector + MGT_SECTOR - from), close,
		    sizeof(close) - 1);
	return to ? text_clean_xml(from, (size_t)(to - from)) : alloc_text("");
}

/* ---- VDIs ---- */

static void renew(const struct plan *plan, struct report_id *id)
{
	id->new = id->old;
	if (plan)
		idmap_find(&plan->ids, &id->old, &id->new);
}

static uint64_t vdi_size(const struct lvm_lv *lv,
			 const struct snapshot_lv *info)
{
	if (info->kind == LV_CBTLOG)
		return 0;
	return info->is_image ? info->disk_size : lv->size;
}

static void make_vdi(const struct snapshot *snap, const struct plan *plan,
		     uint32_t i, const struct vdi *vdi, struct report_vdi *out)
{
	const struct lvm_lv *lv = &snap->vg.lvs[i];
	const struct snapshot_lv *info = &snap->lvs[i];
	size_t len = 0;
	const char *label = "";

	*out = (struct report_vdi){
		.uuid.old = vdi->uuid,
		.kind = info->kind,
		.role = vdi->role,
		.has_parent = info->has_parent,
		.parent.old = info->parent,
		.size = vdi_size(lv, info),
		.allocated = lv->size,
		.has_cbt = vdi->log != VDI_NONE,
		.dropped = plan && plan->dropped[i],
	};
	if (vdi->record) {
		label = mgt_label(snap->mgt_bytes, vdi->record, &len);
		out->has_snapshot_of = vdi->record->has_snapshot_of;
		out->snapshot_of.old = vdi->record->snapshot_of.uuid;
	}
	renew(plan, &out->uuid);
	renew(plan, &out->parent);
	renew(plan, &out->snapshot_of);
	out->label = text_clean_xml(label, len);
}

static void count_vdi(struct report_counts *counts, const struct vdi *vdi,
		      const struct report_vdi *out)
{
	counts->vdis_of[out->kind]++;
	counts->base_copies += vdi->role == VDI_BASE_COPY;
	counts->snapshots += vdi_is_snapshot(vdi);
	counts->disks += vdi_is_managed(vdi) && !vdi_is_snapshot(vdi);
	counts->dropped += out->dropped;
}

static void count_lv(struct report_counts *counts,
		     const struct snapshot_lv *info)
{
	counts->lvs++;
	counts->lvs_of[info->kind == LV_JVHD ? LV_JOURNAL : info->kind]++;
}

/* The VDI that this LV stands for: its volume, or its log if that is all there
 * is of it. NULL if none. */
static const struct vdi *vdi_of(const struct snapshot *snap, uint32_t i)
{
	const struct vdi *vdi =
		snap->lvs[i].has_vdi ? vdis_find(&snap->vdis, &snap->lvs[i].vdi)
				     : NULL;

	if (snapshot_is_volume(&snap->lvs[i]) ||
	    (vdi && vdi->lv == VDI_NONE && vdi->log == i))
		return vdi;
	return NULL;
}

/* SM's journals of these types name the VDI that they undo or complete. */
static void add_in_flight(const char *name, struct sr_report *out)
{
	static const char *const types[] = { "leaf_", "clone_" };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		size_t n = strlen(types[i]);

		if (strncmp(name, types[i], n) == 0 &&
		    strlen(name) >= n + UUID_TEXT_LEN &&
		    uuid_from_text(name + n,
				   &out->in_flight[out->in_flight_count]))
			out->in_flight_count++;
	}
}

/* `place`: where in out->vdis each VDI of the table is. */
static void make_vdis(const struct snapshot *snap, const struct plan *plan,
		      size_t *place, struct sr_report *out)
{
	uint32_t n = snap->vg.lv_count;

	out->vdis = alloc_zeroed(n + 1, sizeof(*out->vdis));
	out->lv_ids = alloc_zeroed(n + 1, sizeof(*out->lv_ids));
	out->in_flight = alloc_zeroed(n + 1, sizeof(*out->in_flight));
	for (uint32_t i = 0; i < n; i++) {
		struct report_vdi *to = &out->vdis[out->vdi_count];
		const struct vdi *vdi = vdi_of(snap, i);

		out->lv_ids[out->lv_count++] = snap->vg.lvs[i].id;
		add_in_flight(snap->vg.lvs[i].name, out);
		count_lv(&out->counts, &snap->lvs[i]);
		if (!vdi)
			continue;
		make_vdi(snap, plan, i, vdi, to);
		if (vdi->lv == i)
			place[vdi - snap->vdis.items] = out->vdi_count;
		out->vdi_count++;
		count_vdi(&out->counts, vdi, to);
	}
	for (size_t i = 0; i < out->vdi_count; i++) {
		const struct vdi *parent =
			vdis_find(&snap->vdis, &out->vdis[i].parent.old);

		out->vdis[i].parent_at =
			out->vdis[i].has_parent && parent &&
					parent->lv != VDI_NONE
				? place[parent - snap->vdis.items]
				: out->vdi_count;
	}
}

/* ---- writes ---- */

static bool meets(const struct plan_write *w, uint64_t at, uint64_t len)
{
	return ranges_meet(w->offset, w->len, at, len);
}

static void add_word(struct buffer *list, const char *what)
{
	if (list->len)
		buffer_add(list, ", ", 2);
	buffer_add_text(list, what);
}

static int compare_lvs(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Each once, in the VG's order. */
static void add_lvs(struct buffer *list, const struct lvm_vg *vg,
		    const struct plan_write *w)
{
	uint64_t first = w->offset < vg->pe_start ? vg->pe_start : w->offset;
	uint32_t *lvs = NULL, n = 0;

	for (uint32_t i = lvm_map_find(vg, first); i < vg->segment_count; i++) {
		const struct lvm_place *p = &vg->places[i];

		if (!meets(w, vg->pe_start + p->pv_extent * vg->extent_size,
			   p->count * vg->extent_size))
			break;
		lvs = alloc_more(lvs, n, sizeof(*lvs));
		lvs[n++] = p->lv;
	}
	if (n)
		qsort(lvs, n, sizeof(*lvs), compare_lvs);
	for (uint32_t i = 0; i < n; i++) {
		if (i == 0 || lvs[i] != lvs[i - 1])
			add_word(list, vg->lvs[lvs[i]].name);
	}
	free(lvs);
}

/* "LVM label, mda_header", "MGT", "VHD-<vdi>" …; the caller frees it. */
static char *structures_at(const struct snapshot *snap,
			   const struct plan_write *write)
{
	struct buffer list = { 0 };
	char *text;

	if (meets(write, (uint64_t)snap->label.sector * LVM_SECTOR_SIZE,
		  LVM_SECTOR_SIZE))
		add_word(&list, "LVM label");
	for (unsigned i = 0; i < snap->mda_count; i++) {
		const struct lvm_area *area = &snap->mdas[i].area;

		if (meets(write, area->offset, LVM_MDA_HEADER_SIZE))
			add_word(&list, "mda_header");
		if (meets(write, area->offset + LVM_MDA_HEADER_SIZE,
			  area->size - LVM_MDA_HEADER_SIZE))
			add_word(&list, "VG text");
	}
	add_lvs(&list, &snap->vg, write);
	text = text_clean((char *)list.data, list.len, '?');
	buffer_free(&list);
	return text;
}

static void make_writes(const struct plan *plan, struct sr_report *out)
{
	out->writes = alloc_zeroed(plan->write_count + 1, sizeof(*out->writes));
	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];
		struct report_write *to = &out->writes[i];

		*to = (struct report_write){
			.phase = w->phase,
			.offset = w->offset,
			.len = w->len,
			.crc32 = ~lvm_crc(0xffffffff, w->data, w->len),
			.what = structures_at(plan->from, w),
		};
		out->write_count++;
	}
}

void sr_report_make(const struct snapshot *snap, const struct plan *plan,
		    struct sr_report *out)
{
	const struct lvm_vg *vg = &snap->vg;
	size_t *place = alloc_zeroed(snap->vdis.count + 1, sizeof(*place));
	struct sr_report report = {
		.sr.old = vg->sr,
		.vg = vg->id,
		.pv = vg->pv_id,
		.extent_size = vg->extent_size,
		.extents = vg->pe_count,
		.renewed = plan != NULL,
	};

	for (uint32_t i = 0; i < vg->segment_count; i++)
		report.extents_used += vg->segments[i].count;
	renew(plan, &report.sr);
	if (plan) {
		report.new_vg = plan->ids.vg;
		report.new_pv = plan->ids.pv;
		report.digest = plan_digest(plan);
	}
	report.label = sr_label(snap);
	make_vdis(snap, plan, place, &report);
	if (plan)
		make_writes(plan, &report);
	free(place);
	check_warnings(snap, plan, FINDING_WARNING, &report.warnings);
	*out = report;
}

void sr_report_free(struct sr_report *report)
{
	for (size_t i = 0; i < report->vdi_count; i++)
		free(report->vdis[i].label);
	for (size_t i = 0; i < report->write_count; i++)
		free(report->writes[i].what);
	free(report->vdis);
	findings_free(&report->warnings);
	free(report->lv_ids);
	free(report->in_flight);
	free(report->writes);
	free(report->label);
	*report = (struct sr_report){ 0 };
}

void resign_report_free(struct resign_report *report)
{
	sr_report_free(&report->sr);
}
