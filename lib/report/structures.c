// SPDX-License-Identifier: LGPL-2.1-only
#include "report/structures.h"

#include <string.h>

#include "base/buffer.h"
#include "format/lvm_map.h"
#include "report/clean.h"

static bool meets(const struct plan_write *w, uint64_t at, uint64_t len)
{
	return w->offset < at + len && at < w->offset + w->len;
}

static void add(struct buffer *list, const char *what)
{
	if (list->len)
		buffer_add(list, ", ", 2);
	buffer_add_text(list, what);
}

static bool meets_lv(const struct snapshot *snap, const struct lvm_lv *lv,
		     const struct plan_write *w)
{
	const struct lvm_vg *vg = &snap->vg;

	for (uint32_t i = 0; i < lv->segment_count; i++) {
		const struct lvm_segment *s =
			&vg->segments[lv->first_segment + i];

		if (meets(w, vg->pe_start + s->pv_extent * vg->extent_size,
			  s->count * vg->extent_size))
			return true;
	}
	return false;
}

char *structures_at(const struct snapshot *snap, const struct plan_write *write)
{
	struct buffer list = { 0 };
	char *text;

	if (meets(write, (uint64_t)snap->label.sector * LVM_SECTOR_SIZE,
		  LVM_SECTOR_SIZE))
		add(&list, "LVM label");
	for (unsigned i = 0; i < snap->mda_count; i++) {
		const struct lvm_area *area = &snap->mdas[i].area;

		if (meets(write, area->offset, LVM_MDA_HEADER_SIZE))
			add(&list, "mda_header");
		if (meets(write, area->offset + LVM_MDA_HEADER_SIZE,
			  area->size - LVM_MDA_HEADER_SIZE))
			add(&list, "VG text");
	}
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		if (meets_lv(snap, &snap->vg.lvs[i], write))
			add(&list, snap->vg.lvs[i].name);
	}
	text = report_clean((char *)list.data, list.len);
	buffer_free(&list);
	return text;
}
