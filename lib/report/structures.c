// SPDX-License-Identifier: LGPL-2.1-only
#include "report/structures.h"

#include <stdlib.h>

#include "base/alloc.h"
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
			add(list, vg->lvs[lvs[i]].name);
	}
	free(lvs);
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
	add_lvs(&list, &snap->vg, write);
	text = report_clean((char *)list.data, list.len);
	buffer_free(&list);
	return text;
}
