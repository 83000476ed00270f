// SPDX-License-Identifier: LGPL-2.1-only
#include "report/lun_ids.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/check.h"

static int compare_ids(const void *a, const void *b)
{
	const struct lun_id *x = a, *y = b;
	int order = any_id_compare(&x->id, &y->id);

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return order ? order : (x->lun > y->lun) - (x->lun < y->lun);
}

static void add_id(struct lun_ids *ids, enum id_class class, struct any_id id,
		   size_t lun)
{
	ids->items[ids->count++] = (struct lun_id){ class, id, lun };
}

static void add_lun(struct lun_ids *ids, const struct snapshot *snap,
		    size_t lun)
{
	const struct lvm_vg *vg = &snap->vg;

	add_id(ids, ID_SR, any_id_of_uuid(&vg->sr), lun);
	add_id(ids, ID_VG, any_id_of_lvm(&vg->id), lun);
	add_id(ids, ID_PV, any_id_of_lvm(&vg->pv_id), lun);
	for (uint32_t i = 0; i < snap->vdis.count; i++) {
		const struct vdi *vdi = &snap->vdis.items[i];

		if (vdi->lv != VDI_NONE || vdi->log != VDI_NONE)
			add_id(ids, ID_VDI, any_id_of_uuid(&vdi->uuid), lun);
	}
	for (uint32_t i = 0; i < vg->lv_count; i++)
		add_id(ids, ID_LV, any_id_of_lvm(&vg->lvs[i].id), lun);
}

void lun_ids_sort(const struct snapshot *const *snaps, size_t count,
		  struct lun_ids *out)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (snaps[i])
			n += 3 + snaps[i]->vdis.count + snaps[i]->vg.lv_count;
	}
	out->items = alloc_zeroed(n + 1, sizeof(*out->items));
	out->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (snaps[i])
			add_lun(out, snaps[i], i);
	}
	qsort(out->items, out->count, sizeof(*out->items), compare_ids);
}

size_t lun_ids_run(const struct lun_ids *ids, size_t at)
{
	const struct lun_id *first = &ids->items[at];
	size_t n = 1;

	while (at + n < ids->count && first[n].class == first->class &&
	       any_id_compare(&first[n].id, &first->id) == 0)
		n++;
	return n;
}

static void report_pair(const struct lun_id *a, const struct lun_id *b,
			const char *const *names, struct findings *out)
{
	static const char *const words[] = {
		"SR uuid", "VG id", "PV id", "VDI uuid", "LV id",
	};
	char where[512];

	snprintf(where, sizeof(where), "%.250s, %.250s", names[a->lun],
		 names[b->lun]);
	finding_add(out, FINDING_ERROR, where, "both have %s %s",
		    words[a->class], any_id_string(&a->id).chars);
}

void check_duplicates(const struct snapshot *const *snaps,
		      const char *const *names, size_t count,
		      struct findings *out)
{
	struct lun_ids ids;
	size_t run;

	lun_ids_sort(snaps, count, &ids);
	for (size_t i = 0; i < ids.count; i += run) {
		run = lun_ids_run(&ids, i);
		for (size_t k = i + 1; k < i + run; k++) {
			if (ids.items[k].lun != ids.items[k - 1].lun)
				report_pair(&ids.items[k - 1], &ids.items[k],
					    names, out);
		}
	}
	free(ids.items);
}
