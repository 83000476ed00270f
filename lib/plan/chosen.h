// SPDX-License-Identifier: LGPL-2.1-only
/*
 * New identifiers that somebody has chosen: a user who wants certain uuids, or
 * an earlier plan that is to be carried out as it was shown. What is not chosen
 * is random.
 */
#ifndef PLAN_CHOSEN_H
#define PLAN_CHOSEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/uuid.h"
#include "format/lvm_label.h"

struct idmap;
struct snapshot;

struct chosen_id {
	struct any_id old, new; /* of the SR or a VDI; of PV, VG or an LV */
	unsigned line;		/* where the choice was made, for errors */
};

struct chosen_ids {
	struct chosen_id *items; /* by old id */
	size_t count;

	/* plan_digest of the plan that is expected. */
	size_t entries; /* that there should be of all these; 0: not known */
	bool has_digest;
	uint32_t digest;
};

/* Sorts them for the search below. */
void chosen_sort(struct chosen_ids *chosen);

/* NULL if there is none; `chosen` may be NULL. */
const struct chosen_id *chosen_find(const struct chosen_ids *chosen,
				    struct any_id old);

/* Puts the chosen LVM ids into a map that idmap_init has made for this LUN, and
 * has it use the chosen uuids. */
void chosen_apply(const struct chosen_ids *chosen, const struct snapshot *from,
		  struct idmap *map);

/* Once all old identifiers are in the map: every choice is of one of them, and
 * no new one is given twice or was on the LUN before. ERROR_BAD_VALUE names the
 * line. */
int chosen_check(const struct chosen_ids *chosen, const struct snapshot *from,
		 const struct idmap *map, struct error *err);

void chosen_free(struct chosen_ids *chosen);

#endif
