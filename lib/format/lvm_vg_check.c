// SPDX-License-Identifier: LGPL-2.1-only
#include "format/lvm_vg.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Some text that no NUL ends. */
struct text_name {
	const char *chars;
	size_t len;
};

static int damaged_lv(const struct lvm_lv *lv, const char *what,
		      struct error *err)
{
	return error_set(
		err, ERROR_LUN_CONTENT,
		"the VG's metadata text is damaged: LV %s: %s; " MAKE_NEW_CLONE,
		lv->name, what);
}

static int compare_names(const void *a, const void *b)
{
	const struct lvm_lv *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int compare_ids(const void *a, const void *b)
{
	const struct lvm_lv *const *x = a, *const *y = b;

	return memcmp((*x)->id.chars, (*y)->id.chars, LVM_ID_LEN);
}

static int compare_places(const void *a, const void *b)
{
	const struct lvm_place *x = a, *y = b;

	return (x->pv_extent > y->pv_extent) - (x->pv_extent < y->pv_extent);
}

/* Two LVs with one name or id would end with one new name or id. `list`: all of
 * them; it is sorted by name. */
static int check_unique(const struct lvm_vg *vg, const struct lvm_lv **list,
			struct error *err)
{
	int result = 0;

	qsort(list, vg->lv_count, sizeof(*list), compare_ids);
	for (uint32_t i = 1; i < vg->lv_count; i++) {
		if (compare_ids(&list[i - 1], &list[i]) == 0)
			result = damaged_lv(list[i], "another LV has its id",
					    err);
	}
	qsort(list, vg->lv_count, sizeof(*list), compare_names);
	for (uint32_t i = 1; i < vg->lv_count; i++) {
		if (compare_names(&list[i - 1], &list[i]) == 0)
			result = damaged_lv(list[i], "it is there twice", err);
	}
	return result;
}

static int compare_name(const void *name, const void *item)
{
	const struct text_name *key = name;
	const struct lvm_lv *const *lv = item;
	int order = strncmp(key->chars, (*lv)->name, key->len);

	return order ? order : -(int)((*lv)->name[key->len] != '\0');
}

/* What a foreign LV says of another: one of SM's must not be an LVM snapshot's
 * origin or the like. What we write to it would show in that LV, too. */
static int check_value(const struct lvm_text *text, const struct lvm_vg *vg,
		       const struct lvm_lv *lv,
		       const struct lvm_lv *const *by_name,
		       const struct lvm_value *value, struct error *err)
{
	const struct text_name key = { text->bytes + value->span.at,
				       value->span.len };
	const struct lvm_lv *const *found = bsearch(
		&key, by_name, vg->lv_count, sizeof(*by_name), compare_name);

	if (!found || (*found)->kind == LV_FOREIGN)
		return 0;
	return error_set(err, ERROR_LUN_CONTENT,
			 "LV %s, which is not SM's, is an LVM snapshot of LV "
			 "%s, or bound to it otherwise: remove it on the "
			 "original (lvremove), then " MAKE_NEW_CLONE,
			 lv->name, (*found)->name);
}

static int check_segment(const struct lvm_text *t, const struct lvm_vg *vg,
			 const struct lvm_lv *lv,
			 const struct lvm_lv *const *by_name,
			 const struct lvm_node *segment, struct error *err)
{
	for (const struct lvm_node *field = lvm_text_first(t, segment); field;
	     field = lvm_text_next(t, field)) {
		for (uint32_t i = 0; i < field->value_count; i++) {
			if (check_value(t, vg, lv, by_name,
					&t->values[field->first_value + i],
					err))
				return -1;
		}
	}
	return 0;
}

static int check_references(const struct lvm_text *t,
			    const struct lvm_node *lvs, const struct lvm_vg *vg,
			    const struct lvm_lv *const *by_name,
			    struct error *err)
{
	const struct lvm_node *node = lvs ? lvm_text_first(t, lvs) : NULL;

	for (uint32_t n = 0; node; node = lvm_text_next(t, node), n++) {
		const struct lvm_node *segment = lvm_text_first(t, node);

		for (; segment && vg->lvs[n].kind == LV_FOREIGN;
		     segment = lvm_text_next(t, segment)) {
			if (check_segment(t, vg, &vg->lvs[n], by_name, segment,
					  err))
				return -1;
		}
	}
	return 0;
}

static void make_places(struct lvm_vg *vg)
{
	uint32_t n = 0;

	vg->places = alloc_zeroed(vg->segment_count, sizeof(*vg->places));
	for (uint32_t i = 0; i < vg->lv_count; i++) {
		const struct lvm_lv *lv = &vg->lvs[i];

		for (uint32_t k = 0; k < lv->segment_count; k++) {
			const struct lvm_segment *seg =
				&vg->segments[lv->first_segment + k];

			vg->places[n++] = (struct lvm_place){ seg->pv_extent,
							      seg->count, i };
		}
	}
	qsort(vg->places, n, sizeof(*vg->places), compare_places);
}

/* Two LVs on one extent: a change to one would damage the other. */
static int check_disjoint(const struct lvm_vg *vg, struct error *err)
{
	const struct lvm_place *places = vg->places;

	for (uint32_t i = 1; i < vg->segment_count; i++) {
		if (places[i - 1].pv_extent + places[i - 1].count >
		    places[i].pv_extent)
			return error_set(err, ERROR_LUN_CONTENT,
					 "the VG's metadata text is damaged: "
					 "LVs %s and %s share an "
					 "extent; " MAKE_NEW_CLONE,
					 vg->lvs[places[i - 1].lv].name,
					 vg->lvs[places[i].lv].name);
	}
	return 0;
}

int lvm_vg_check(const struct lvm_text *text, const struct lvm_node *lvs,
		 struct lvm_vg *vg, struct error *err)
{
	const struct lvm_lv **list =
		alloc_zeroed(vg->lv_count + 1, sizeof(*list));
	int failed;

	for (uint32_t i = 0; i < vg->lv_count; i++)
		list[i] = &vg->lvs[i];
	failed = check_unique(vg, list, err) ||
		 check_references(text, lvs, vg, list, err);
	free(list);
	if (failed)
		return -1;
	make_places(vg);
	return check_disjoint(vg, err);
}
