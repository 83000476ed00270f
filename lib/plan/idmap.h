// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Old identifiers and their new ones. One map serves the whole LUN: a uuid
 * found in an LV name, a journal, a parent name, MGT or a cbt log gets one new
 * uuid wherever it stands, also when no LV carries it any more.
 */
#ifndef PLAN_IDMAP_H
#define PLAN_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"

struct idmap_entry {
	struct uuid old, new;
};

struct chosen_ids;

struct idmap {
	struct uuid old_sr, new_sr;
	struct uuid old_metadata, new_metadata; /* vdi_metadata_uuid of them */

	struct idmap_entry *vdis; /* by old uuid; the SR is not in it */
	size_t vdi_count;

	struct lvm_id pv, vg; /* new */
	struct lvm_id *lvs;   /* new, parallel to the VG's LVs */

	const struct chosen_ids *chosen; /* not owned; NULL: all is random */
};

/* New LVM ids for the PV, the VG and `lv_count` LVs. */
void idmap_init(struct idmap *map, const struct uuid *old_sr,
		const struct uuid *new_sr, uint32_t lv_count);
void idmap_free(struct idmap *map);

/* The new uuid of `old`, made now if there is none yet (the chosen one, the one
 * that xapi will look for, or a random one): of the SR if it is the
 * SR's, else a VDI's. The zero uuid stays zero. */
struct uuid idmap_renew(struct idmap *map, const struct uuid *old);

/* The new uuid of a VDI or SR that is in the map already; false if not. */
bool idmap_find(const struct idmap *map, const struct uuid *old,
		struct uuid *new);

#endif
