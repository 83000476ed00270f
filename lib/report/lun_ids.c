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

static void add_lun(struct lun_ids *ids, const struct sr_report *sr, size_t lun)
{
	add_id(ids, ID_SR, any_id_of_uuid(&sr->sr.old), lun);
	add_id(ids, ID_VG, any_id_of_lvm(&sr->vg), lun);
	add_id(ids, ID_PV, any_id_of_lvm(&sr->pv), lun);
	for (size_t i = 0; i < sr->vdi_count; i++)
		add_id(ids, ID_VDI, any_id_of_uuid(&sr->vdis[i].uuid.old), lun);
	for (size_t i = 0; i < sr->lv_count; i++)
		add_id(ids, ID_LV, any_id_of_lvm(&sr->lv_ids[i]), lun);
}

void lun_ids_sort(const struct sr_report *const *reports, size_t count,
		  struct lun_ids *out)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (reports[i])
			n += 3 + reports[i]->vdi_count + reports[i]->lv_count;
	}
	out->items = alloc_zeroed(n + 1, sizeof(*out->items));
	out->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (reports[i])
			add_lun(out, reports[i], i);
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

void check_duplicates(const struct sr_report *const *reports,
		      const char *const *names, size_t count,
		      struct findings *out)
{
	struct lun_ids ids;
	size_t run;

	lun_ids_sort(reports, count, &ids);
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
