// SPDX-License-Identifier: LGPL-2.1-only
#include "report/lun_ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "report/check.h"

static int compare_ids(const void *a, const void *b)
{
	const struct lun_id *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, sizeof(x->bytes));

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return order ? order : (x->lun > y->lun) - (x->lun < y->lun);
}

static void add_id(struct lun_ids *ids, enum id_class class, const void *bytes,
		   size_t len, size_t lun)
{
	struct lun_id id = { .class = class, .lun = lun };

	memcpy(id.bytes, bytes, len);
	ids->items[ids->count++] = id;
}

static void add_lun(struct lun_ids *ids, const struct sr_report *sr, size_t lun)
{
	const size_t uuid = sizeof(struct uuid), lvm = sizeof(struct lvm_id);

	add_id(ids, ID_SR, &sr->sr.old, uuid, lun);
	add_id(ids, ID_VG, &sr->vg, lvm, lun);
	add_id(ids, ID_PV, &sr->pv, lvm, lun);
	for (size_t i = 0; i < sr->vdi_count; i++)
		add_id(ids, ID_VDI, &sr->vdis[i].uuid.old, uuid, lun);
	for (size_t i = 0; i < sr->lv_count; i++)
		add_id(ids, ID_LV, &sr->lv_ids[i], lvm, lun);
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
	       memcmp(first[n].bytes, first->bytes, sizeof(first->bytes)) == 0)
		n++;
	return n;
}

static void id_to_text(const struct lun_id *from, char *text)
{
	struct lvm_id id;
	struct uuid uuid;

	if (from->class == ID_SR || from->class == ID_VDI) {
		memcpy(uuid.bytes, from->bytes, sizeof(uuid.bytes));
		uuid_to_text(&uuid, text);
		text[UUID_TEXT_LEN] = '\0';
		return;
	}
	memcpy(id.chars, from->bytes, sizeof(id.chars));
	lvm_id_to_text(&id, text);
	text[LVM_ID_TEXT_LEN] = '\0';
}

static void report_pair(const struct lun_id *a, const struct lun_id *b,
			const char *const *names, struct findings *out)
{
	static const char *const words[] = {
		"SR uuid", "VG id", "PV id", "VDI uuid", "LV id",
	};
	char id[LVM_ID_TEXT_LEN + 1];
	char where[512];

	id_to_text(a, id);
	snprintf(where, sizeof(where), "%.250s, %.250s", names[a->lun],
		 names[b->lun]);
	finding_add(out, FINDING_ERROR, where, "both have %s %s",
		    words[a->class], id);
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
