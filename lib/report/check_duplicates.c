// SPDX-License-Identifier: LGPL-2.1-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/check.h"

/* Every identifier of every LUN, to be sorted. */
enum id_class { ID_SR, ID_VG, ID_PV, ID_VDI, ID_LV };

struct entry {
	enum id_class class;
	char bytes[LVM_ID_LEN]; /* a uuid has 16 of them, and zeros */
	size_t lun;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, sizeof(x->bytes));

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return order ? order : (x->lun > y->lun) - (x->lun < y->lun);
}

static void add_uuid(struct entry *list, size_t *n, enum id_class class,
		     const struct uuid *uuid, size_t lun)
{
	struct entry entry = { .class = class, .lun = lun };

	memcpy(entry.bytes, uuid->bytes, sizeof(uuid->bytes));
	list[(*n)++] = entry;
}

static void add_lvm_id(struct entry *list, size_t *n, enum id_class class,
		       const struct lvm_id *id, size_t lun)
{
	struct entry entry = { .class = class, .lun = lun };

	memcpy(entry.bytes, id->chars, sizeof(id->chars));
	list[(*n)++] = entry;
}

static void add_lun(struct entry *list, size_t *n, const struct sr_report *sr,
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

static bool same_id(const struct entry *a, const struct entry *b)
{
	return a->class == b->class &&
	       memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static void id_to_text(const struct entry *entry, char *text)
{
	struct lvm_id id;
	struct uuid uuid;

	if (entry->class == ID_SR || entry->class == ID_VDI) {
		memcpy(uuid.bytes, entry->bytes, sizeof(uuid.bytes));
		uuid_to_text(&uuid, text);
		text[UUID_TEXT_LEN] = '\0';
		return;
	}
	memcpy(id.chars, entry->bytes, sizeof(id.chars));
	lvm_id_to_text(&id, text);
	text[LVM_ID_TEXT_LEN] = '\0';
}

static void report_pair(const struct entry *a, const struct entry *b,
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
	struct entry *list;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (reports[i])
			n += 3 + reports[i]->vdi_count + reports[i]->lv_count;
	}
	list = calloc(n + 1, sizeof(*list));
	if (!list) {
		out->failed = true;
		return;
	}
	n = 0;
	for (size_t i = 0; i < count; i++) {
		if (reports[i])
			add_lun(list, &n, reports[i], i);
	}
	qsort(list, n, sizeof(*list), compare_entries);
	for (size_t i = 1; i < n; i++) {
		if (list[i].lun != list[i - 1].lun &&
		    same_id(&list[i - 1], &list[i]))
			report_pair(&list[i - 1], &list[i], names, out);
	}
	free(list);
}
