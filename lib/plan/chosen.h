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

/* `line` is where the choice was made, for errors. */
struct chosen_uuid {
	struct uuid old, new;
	unsigned line;
};

struct chosen_lvm_id {
	struct lvm_id old, new;
	unsigned line;
};

struct chosen_ids {
	struct chosen_uuid *uuids; /* of the SR or VDIs; by old uuid */
	size_t uuid_count;
	struct chosen_lvm_id *lvm_ids; /* of PV, VG or LVs; by old id */
	size_t lvm_id_count;

	/* plan_digest of the plan that is expected. */
	size_t entries; /* that there should be of all these; 0: not known */
	bool has_digest;
	uint32_t digest;
};

/* Sorts both lists for the searches below. */
void chosen_sort(struct chosen_ids *chosen);

/* NULL if there is none; `chosen` may be NULL. */
const struct chosen_uuid *chosen_find(const struct chosen_ids *chosen,
				      const struct uuid *old);

/* The same for LVM ids. */
const struct chosen_lvm_id *chosen_find_lvm_id(const struct chosen_ids *chosen,
					       const struct lvm_id *old);

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
