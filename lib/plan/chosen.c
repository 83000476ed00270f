// SPDX-License-Identifier: LGPL-2.1-only
#include "plan/chosen.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/idmap.h"
#include "sr/snapshot.h"

static int compare_olds(const void *a, const void *b)
{
	const struct chosen_id *x = a, *y = b;

	return any_id_compare(&x->old, &y->old);
}

void chosen_sort(struct chosen_ids *chosen)
{
	if (chosen->count)
		qsort(chosen->items, chosen->count, sizeof(*chosen->items),
		      compare_olds);
}

const struct chosen_id *chosen_find(const struct chosen_ids *chosen,
				    struct any_id old)
{
	const struct chosen_id key = { .old = old };

	if (!chosen || !chosen->count)
		return NULL;
	return bsearch(&key, chosen->items, chosen->count,
		       sizeof(*chosen->items), compare_olds);
}

static void renew_lvm_id(const struct chosen_ids *chosen,
			 const struct lvm_id *old, struct lvm_id *new)
{
	const struct chosen_id *choice =
		chosen_find(chosen, any_id_of_lvm(old));

	if (choice)
		memcpy(new->chars, choice->new.bytes, LVM_ID_LEN);
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
	const struct chosen_id *x = a, *y = b;
	int order = any_id_compare(&x->new, &y->new);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int refuse(const struct chosen_id *choice, const struct any_id *id,
		  const char *why, struct error *err)
{
	return error_set(err, ERROR_BAD_VALUE, "the map's line %u: %s %s %s",
			 choice->line, id->is_lvm ? "LVM id" : "uuid",
			 any_id_string(id).chars, why);
}

/* All identifiers on the LUN, sorted. */
struct known_ids {
	struct any_id *items;
	size_t count;
};

static struct known_ids known_ids_make(const struct lvm_vg *vg,
				       const struct idmap *map)
{
	size_t n = 0, most = 3 + map->vdi_count + vg->lv_count;
	struct any_id *ids = alloc_zeroed(most, sizeof(*ids));

	ids[n++] = any_id_of_uuid(&map->old_sr);
	for (size_t i = 0; i < map->vdi_count; i++)
		ids[n++] = any_id_of_uuid(&map->vdis[i].old);
	ids[n++] = any_id_of_lvm(&vg->pv_id);
	ids[n++] = any_id_of_lvm(&vg->id);
	for (uint32_t i = 0; i < vg->lv_count; i++)
		ids[n++] = any_id_of_lvm(&vg->lvs[i].id);
	qsort(ids, n, sizeof(*ids), any_id_compare);
	return (struct known_ids){ ids, n };
}

static bool is_known(const struct known_ids *known, const struct any_id *id)
{
	return bsearch(id, known->items, known->count, sizeof(*known->items),
		       any_id_compare);
}

static bool is_of_sr(const struct any_id *id, const struct uuid *sr)
{
	const struct any_id its = any_id_of_uuid(sr);

	return any_id_compare(id, &its) == 0;
}

int chosen_check(const struct chosen_ids *chosen, const struct snapshot *from,
		 const struct idmap *map, struct error *err)
{
	struct chosen_id *by_new;
	struct known_ids known;
	int failed = 0;

	if (!chosen)
		return 0;
	known = known_ids_make(&from->vg, map);
	by_new = alloc_zeroed(chosen->count + 1, sizeof(*by_new));
	for (size_t i = 0; i < chosen->count; i++)
		by_new[i] = chosen->items[i];
	qsort(by_new, chosen->count, sizeof(*by_new), compare_news);
	for (size_t i = 0; i < chosen->count && !failed; i++) {
		const struct chosen_id *c = &by_new[i];

		if (!is_known(&known, &c->old))
			failed = refuse(c, &c->old, "is not on this LUN", err);
		else if (is_known(&known, &c->new))
			failed =
				refuse(c, &c->new,
				       "is to be new, but is on this LUN", err);
		else if ((i && any_id_compare(&c[-1].new, &c->new) == 0) ||
			 (is_of_sr(&c->new, &map->new_sr) &&
			  !is_of_sr(&c->old, &map->old_sr)))
			failed = refuse(c, &c->new,
					"is given twice as a new one", err);
	}
	free(known.items);
	free(by_new);
	return failed;
}

void chosen_free(struct chosen_ids *chosen)
{
	free(chosen->items);
	*chosen = (struct chosen_ids){ 0 };
}
