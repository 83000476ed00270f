// SPDX-License-Identifier: LGPL-2.1-only
#include "plan/idmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/chosen.h"
#include "sr/vdis.h"

void idmap_init(struct idmap *map, const struct uuid *old_sr,
		const struct uuid *new_sr, uint32_t lv_count)
{
	*map = (struct idmap){ .old_sr = *old_sr, .new_sr = *new_sr };
	vdi_metadata_uuid(old_sr, &map->old_metadata);
	vdi_metadata_uuid(new_sr, &map->new_metadata);
	map->lvs = alloc_zeroed(lv_count, sizeof(*map->lvs));
	lvm_id_new(&map->pv);
	lvm_id_new(&map->vg);
	for (uint32_t i = 0; i < lv_count; i++)
		lvm_id_new(&map->lvs[i]);
}

void idmap_free(struct idmap *map)
{
	free(map->vdis);
	free(map->lvs);
	*map = (struct idmap){ 0 };
}

/* The index of the first VDI at or after `old`. */
static size_t lower_bound(const struct idmap *map, const struct uuid *old)
{
	size_t low = 0, high = map->vdi_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (uuid_compare_bytes(&map->vdis[mid].old, old) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool idmap_find(const struct idmap *map, const struct uuid *old,
		struct uuid *new)
{
	size_t i = lower_bound(map, old);

	if (uuid_equal(old, &map->old_sr)) {
		*new = map->new_sr;
		return true;
	}
	if (i == map->vdi_count || !uuid_equal(&map->vdis[i].old, old))
		return false;
	*new = map->vdis[i].new;
	return true;
}

struct uuid idmap_renew(struct idmap *map, const struct uuid *old)
{
	const struct chosen_id *choice;
	struct uuid new = *old;
	size_t i;

	if (uuid_is_zero(old) || idmap_find(map, old, &new))
		return new;
	map->vdis = alloc_more(map->vdis, map->vdi_count, sizeof(*map->vdis));
	i = lower_bound(map, old);
	memmove(&map->vdis[i + 1], &map->vdis[i],
		(map->vdi_count - i) * sizeof(*map->vdis));
	choice = chosen_find(map->chosen, any_id_of_uuid(old));
	if (choice)
		new = any_id_uuid(&choice->new);
	else if (uuid_equal(old, &map->old_metadata))
		new = map->new_metadata;
	else
		uuid_new(&new);
	map->vdis[i] = (struct idmap_entry){ *old, new };
	map->vdi_count++;
	return new;
}
