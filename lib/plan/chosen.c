// SPDX-License-Identifier: LGPL-2.1-only
#include "plan/chosen.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/idmap.h"
#include "sr/snapshot.h"

static int compare_uuids(const void *a, const void *b)
{
	const struct chosen_uuid *x = a, *y = b;

	return uuid_compare_bytes(&x->old, &y->old);
}

static int compare_lvm_ids(const void *a, const void *b)
{
	const struct chosen_lvm_id *x = a, *y = b;

	return memcmp(x->old.chars, y->old.chars, LVM_ID_LEN);
}

void chosen_sort(struct chosen_ids *chosen)
{
	if (chosen->uuid_count)
		qsort(chosen->uuids, chosen->uuid_count, sizeof(*chosen->uuids),
		      compare_uuids);
	if (chosen->lvm_id_count)
		qsort(chosen->lvm_ids, chosen->lvm_id_count,
		      sizeof(*chosen->lvm_ids), compare_lvm_ids);
}

const struct chosen_uuid *chosen_find(const struct chosen_ids *chosen,
				      const struct uuid *old)
{
	const struct chosen_uuid key = { .old = *old };

	if (!chosen || !chosen->uuid_count)
		return NULL;
	return bsearch(&key, chosen->uuids, chosen->uuid_count,
		       sizeof(*chosen->uuids), compare_uuids);
}

const struct chosen_lvm_id *chosen_find_lvm_id(const struct chosen_ids *chosen,
					       const struct lvm_id *old)
{
	const struct chosen_lvm_id key = { .old = *old };

	if (!chosen || !chosen->lvm_id_count)
		return NULL;
	return bsearch(&key, chosen->lvm_ids, chosen->lvm_id_count,
		       sizeof(*chosen->lvm_ids), compare_lvm_ids);
}

static void renew_lvm_id(const struct chosen_ids *chosen,
			 const struct lvm_id *old, struct lvm_id *new)
{
	const struct chosen_lvm_id *choice = chosen_find_lvm_id(chosen, old);

	if (choice)
		*new = choice->new;
}

void chosen_apply(const struct chosen_ids *chosen, const struct snapshot *from,
		  struct idmap *map)
{
	const struct lvm_vg *vg = &from->vg;

	map->chosen = chosen;
	renew_lvm_id(chosen, &vg->pv_id, &map->pv);
	renew_lvm_id(chosen, &vg->id, &map->vg);
	for (uint32_t i = 0; i < vg->lv_count; i++)
		renew_lvm_id(chosen, &vg->lvs[i].id, &map->lvs[i]);
}

/* ---- what cannot be ---- */

static int compare_news(const void *a, const void *b)
{
	const struct chosen_uuid *x = a, *y = b;
	int order = uuid_compare_bytes(&x->new, &y->new);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int compare_new_lvm_ids(const void *a, const void *b)
{
	const struct chosen_lvm_id *x = a, *y = b;
	int order = memcmp(x->new.chars, y->new.chars, LVM_ID_LEN);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int refuse_uuid(unsigned line, const struct uuid *uuid, const char *why,
		       struct error *err)
{
	return error_set(err, ERROR_BAD_VALUE, "the map's line %u: uuid %s %s",
			 line, uuid_string(uuid).chars, why);
}

static int refuse_lvm_id(unsigned line, const struct lvm_id *id,
			 const char *why, struct error *err)
{
	return error_set(err, ERROR_BAD_VALUE,
			 "the map's line %u: LVM id %s %s", line,
			 lvm_id_string(id).chars, why);
}

static int check_uuids(const struct chosen_ids *chosen, const struct idmap *map,
		       struct error *err)
{
	size_t n = chosen->uuid_count;
	struct chosen_uuid *by_new = alloc_zeroed(n + 1, sizeof(*by_new));
	struct uuid ignored;
	int failed = 0;

	for (size_t i = 0; i < n; i++)
		by_new[i] = chosen->uuids[i];
	qsort(by_new, n, sizeof(*by_new), compare_news);
	for (size_t i = 0; i < n && !failed; i++) {
		const struct chosen_uuid *c = &by_new[i];

		if (!idmap_find(map, &c->old, &ignored))
			failed = refuse_uuid(c->line, &c->old,
					     "is not on this LUN", err);
		else if (idmap_find(map, &c->new, &ignored))
			failed = refuse_uuid(c->line, &c->new,
					     "is to be new, but is on this LUN",
					     err);
		else if ((i && uuid_equal(&by_new[i - 1].new, &c->new)) ||
			 (uuid_equal(&c->new, &map->new_sr) &&
			  !uuid_equal(&c->old, &map->old_sr)))
			failed =
				refuse_uuid(c->line, &c->new,
					    "is given twice as a new one", err);
	}
	free(by_new);
	return failed;
}

static int compare_ids(const void *a, const void *b)
{
	const struct lvm_id *x = a, *y = b;

	return memcmp(x->chars, y->chars, LVM_ID_LEN);
}

/* All LVM ids on the LUN, sorted. */
struct known_ids {
	struct lvm_id *items;
	size_t count;
};

static void known_ids_make(const struct lvm_vg *vg, struct known_ids *out)
{
	struct lvm_id *ids = alloc_zeroed(vg->lv_count + 2, sizeof(*ids));
	size_t n = 0;

	ids[n++] = vg->pv_id;
	ids[n++] = vg->id;
	for (uint32_t i = 0; i < vg->lv_count; i++)
		ids[n++] = vg->lvs[i].id;
	qsort(ids, n, sizeof(*ids), compare_ids);
	*out = (struct known_ids){ ids, n };
}

static bool is_known(const struct known_ids *known, const struct lvm_id *id)
{
	return bsearch(id, known->items, known->count, sizeof(*known->items),
		       compare_ids);
}

static int check_lvm_ids(const struct chosen_ids *chosen,
			 const struct lvm_vg *vg, struct error *err)
{
	size_t n = chosen->lvm_id_count;
	struct chosen_lvm_id *by_new = alloc_zeroed(n + 1, sizeof(*by_new));
	struct known_ids known;
	int failed = 0;

	known_ids_make(vg, &known);
	for (size_t i = 0; i < n; i++)
		by_new[i] = chosen->lvm_ids[i];
	qsort(by_new, n, sizeof(*by_new), compare_new_lvm_ids);
	for (size_t i = 0; i < n && !failed; i++) {
		const struct chosen_lvm_id *c = &by_new[i];

		if (!is_known(&known, &c->old))
			failed = refuse_lvm_id(c->line, &c->old,
					       "is not on this LUN", err);
		else if (is_known(&known, &c->new))
			failed = refuse_lvm_id(
				c->line, &c->new,
				"is to be new, but is on this LUN", err);
		else if (i && lvm_id_equal(&by_new[i - 1].new, &c->new))
			failed = refuse_lvm_id(c->line, &c->new,
					       "is given twice as a new one",
					       err);
	}
	free(known.items);
	free(by_new);
	return failed;
}

int chosen_check(const struct chosen_ids *chosen, const struct snapshot *from,
		 const struct idmap *map, struct error *err)
{
	if (!chosen)
		return 0;
	return check_uuids(chosen, map, err) ||
			       check_lvm_ids(chosen, &from->vg, err)
		       ? -1
		       : 0;
}

void chosen_free(struct chosen_ids *chosen)
{
	free(chosen->uuids);
	free(chosen->lvm_ids);
	*chosen = (struct chosen_ids){ 0 };
}
