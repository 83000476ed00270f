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

struct uuid report_new(const struct sr_report *report, const struct uuid *old)
{
	struct uuid new = *old;

	if (report->plan)
		idmap_find(&report->plan->ids, old, &new);
	return new;
}

const struct vdi *report_vdi(const struct snapshot *snap, uint32_t lv)
{
	const struct snapshot_lv *info = &snap->lvs[lv];
	const struct vdi *vdi =
		info->has_vdi ? vdis_find(&snap->vdis, &info->vdi) : NULL;

	if (snapshot_is_volume(info) ||
	    (vdi && vdi->lv == VDI_NONE && vdi->log == lv))
		return vdi;
	return NULL;
}

uint64_t report_vdi_size(const struct snapshot *snap, uint32_t lv)
{
	const struct snapshot_lv *info = &snap->lvs[lv];

	if (info->kind == LV_CBTLOG)
		return 0;
	return info->is_image ? info->disk_size : snap->vg.lvs[lv].size;
}

char *report_vdi_label(const struct snapshot *snap, const struct vdi *vdi)
{
	size_t len = 0;
	const char *label =
		vdi->record ? mgt_label(snap->mgt_bytes, vdi->record, &len)
			    : "";

	return text_clean_xml(label, len);
}

struct report_counts report_count(const struct sr_report *report)
{
	const struct snapshot *snap = report->snap;
	struct report_counts counts = { .lvs = snap->vg.lv_count };

	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct vdi *vdi = report_vdi(snap, i);
		enum lv_kind kind = snap->lvs[i].kind;

		counts.lvs_of[kind == LV_JVHD ? LV_JOURNAL : kind]++;
		if (!vdi)
			continue;
		counts.vdis++;
		counts.vdis_of[kind]++;
		counts.base_copies += vdi->role == VDI_BASE_COPY;
		counts.snapshots += vdi_is_snapshot(vdi);
		counts.disks += vdi_is_managed(vdi) && !vdi_is_snapshot(vdi);
		counts.dropped += report->plan && report->plan->dropped[i];
	}
	return counts;
}

uint64_t report_used(const struct lvm_vg *vg)
{
	uint64_t extents = 0;

	for (uint32_t i = 0; i < vg->segment_count; i++)
		extents += vg->segments[i].count;
	return extents * vg->extent_size;
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

char *report_structures(const struct plan *plan, const struct plan_write *write)
{
	const struct snapshot *snap = plan->from;
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

const char *report_phase(const struct plan_write *write)
{
	static const char *const words[] = { "prepare", "apply", "switch" };

	return words[write->phase];
}

uint32_t report_crc32(const struct plan_write *write)
{
	return ~lvm_crc(0xffffffff, write->data, write->len);
}

/* ---- both, owned ---- */

void sr_report_take(struct snapshot *snap, struct plan *plan,
		    struct sr_report *out)
{
	struct sr_report report = { .label = sr_label(snap) };

	check_warnings(snap, plan, FINDING_WARNING, &report.warnings);
	image_free(&snap->image);
	lvm_text_free(&snap->tree);
	free(snap->text);
	snap->text = NULL;
	report.snap = alloc_zeroed(1, sizeof(*snap));
	*report.snap = *snap;
	*snap = (struct snapshot){ .mda_count = 0 };
	if (plan) {
		image_free(&plan->after);
		report.plan = alloc_zeroed(1, sizeof(*plan));
		*report.plan = *plan;
		report.plan->from = report.snap;
		*plan = (struct plan){ 0 };
	}
	*out = report;
}

void sr_report_free(struct sr_report *report)
{
	if (report->plan)
		plan_free(report->plan);
	if (report->snap)
		snapshot_free(report->snap);
	free(report->plan);
	free(report->snap);
	free(report->label);
	findings_free(&report->warnings);
	*report = (struct sr_report){ 0 };
}
