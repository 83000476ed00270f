// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Every LUN of a target, and which of them carry the same identifiers.
 */
#ifndef ENGINE_LIST_H
#define ENGINE_LIST_H

#include "engine/look.h"

enum listed_state {
	LISTED_UNKNOWN,	 /* nobody knows its SR, or xapi was not asked */
	LISTED_ORIGINAL, /* xapi records its SR with this SCSIid */
	LISTED_CLONE,	 /* ... with another SCSIid alone */
	LISTED_NO_SR,	 /* look.sr is empty, error says why */
};

struct listed_lun {
	unsigned number;
	struct look look; /* with the SCSIid; size 0: it does not answer */
	enum listed_state state;
	struct error error; /* of LISTED_NO_SR */
	/* LUNs of the list, by their places, with the same SR, VG, PV or VDIs
	 */
	size_t *conflicts;
	size_t conflict_count;
};

struct target_list {
	struct listed_lun *luns; /* in the target's order */
	size_t count;
};

/* Nothing is written. `xapi` may be NULL. A LUN that cannot be read is listed
 * all the same; errors are those of the target or of xapi. */
int target_list_read(const struct iscsi_target *target, const struct xapi *xapi,
		     struct target_list *out, struct error *err);

void target_list_free(struct target_list *list);

#endif
