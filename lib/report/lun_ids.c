// SPDX-License-Identifier: LGPL-2.1-only
#include "report/lun_ids.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int compare_ids(const void *a, const void *b)
{
	const struct lun_id *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, sizeof(x->bytes));

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return order ? order : (x->lun > y->lun) - (x->lun < y->lun);
}

static void add_uuid(struct lun_id *list, size_t *n, enum id_class class,
		     const struct uuid *uuid, size_t lun)
{
	struct lun_id id = { .class = class, .lun = lun };

	memcpy(id.bytes, uuid->bytes, sizeof(uuid->bytes));
	list[(*n)++] = id;
}

static void add_lvm_id(struct lun_id *list, size_t *n, enum id_class class,
		       const struct lvm_id *lvm, size_t lun)
{
	struct lun_id id = { .class = class, .lun = lun };

	memcpy(id.bytes, lvm->chars, sizeof(lvm->chars));
	list[(*n)++] = id;
}

static void add_lun(struct lun_id *list, size_t *n, const struct sr_report *sr,
		    size_t lun)
{
	add_uuid(list, n, ID_SR, &sr->sr.old, lun);
	add_lvm_id(list, n, ID_VG, &sr->vg, lun);
	add_lvm_id(list, n, ID_PV, &sr->pv, lun);
	for (size_t i = 0; i < sr->vdi_count; i++)
		add_uuid(list, n, ID_VDI, &sr->vdis[i].uuid.old, lun);
	for (size_t i = 0; i < sr->lv_count; i++)
		add_lvm_id(list, n, ID_LV, &sr->lv_ids[i], lun);
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
			add_lun(out->items, &out->count, reports[i], i);
	}
	qsort(out->items, out->count, sizeof(*out->items), compare_ids);
}

size_t lun_ids_run(const struct lun_ids *ids, size_t at)
{
	const struct lun_id *first = &ids->items[at];
	size_t n = 1;

	while (at + n < ids->count && first[n].class == first->class &&
	       memcmp(first[n].bytes, first->bytes, sizeof(first->bytes)) == 0)
		n++;
	return n;
}
