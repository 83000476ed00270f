// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Every LUN of a target, and which of them carry the same identifiers.
 */
#ifndef ENGINE_LIST_H
#define ENGINE_LIST_H

#include "engine/look.h"
#include "xapi/guard_rules.h"

struct listed_lun {
	unsigned number;
	struct look look;     /* with the SCSIid; size 0: it does not answer */
	enum lun_owner owner; /* of a LUN that has an SR; UNKNOWN without
			       * xapi */
	struct error error;   /* why it has none; look.sr is then empty */
	/* For each LUN of the list, whether it has the id of its SR, VG, PV, a
	 * VDI or an LV in common with this one. */
	bool *conflicts;
};

struct target_list {
	struct listed_lun *luns; /* in the target's order */
	size_t count;
};

/* Nothing is written. `xapi` may be NULL. A LUN that cannot be read is listed
 * all the same, and xapi that cannot be asked is a warning; errors are those of
 * the target. */
int target_list_read(const struct iscsi_target *target, const struct xapi *xapi,
		     struct target_list *out, struct error *err);

void target_list_free(struct target_list *list);

#endif
