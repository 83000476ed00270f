// SPDX-License-Identifier: LGPL-2.1-only
#include "plan/idmap.h"

#include <stdlib.h>
#include <string.h>

#include "plan/chosen.h"
#include "sr/vdis.h"

int idmap_init(struct idmap *map, const struct uuid *old_sr,
	       const struct uuid *new_sr, uint32_t lv_count)
{
	*map = (struct idmap){ .old_sr = *old_sr, .new_sr = *new_sr };
	vdi_metadata_uuid(old_sr, &map->old_metadata);
	vdi_metadata_uuid(new_sr, &map->new_metadata);
	map->lvs = calloc(lv_count ? lv_count : 1, sizeof(*map->lvs));
	if (!map->lvs)
		return -1;
	lvm_id_new(&map->pv);
	lvm_id_new(&map->vg);
	for (uint32_t i = 0; i < lv_count; i++)
		lvm_id_new(&map->lvs[i]);
	return 0;
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

int idmap_renew(struct idmap *map, const struct uuid *old, struct uuid *new)
{
	const struct chosen_uuid *choice;
	size_t i;

	if (uuid_is_zero(old)) {
		*new = *old;
		return 0;
	}
	if (idmap_find(map, old, new))
		return 0;
	if (map->vdi_count == map->vdi_room) {
		size_t room = map->vdi_room ? map->vdi_room * 2 : 64;
		struct idmap_entry *vdis =
			reallocarray(map->vdis, room, sizeof(*vdis));

		if (!vdis)
			return -1;
		map->vdis = vdis;
		map->vdi_room = room;
	}
	i = lower_bound(map, old);
	memmove(&map->vdis[i + 1], &map->vdis[i],
		(map->vdi_count - i) * sizeof(*map->vdis));
	map->vdis[i].old = *old;
	choice = chosen_find(map->chosen, old);
	if (choice)
		map->vdis[i].new = choice->new;
	else if (uuid_equal(old, &map->old_metadata))
		map->vdis[i].new = map->new_metadata;
	else
		uuid_new(&map->vdis[i].new);
	map->vdi_count++;
	*new = map->vdis[i].new;
	return 0;
}
