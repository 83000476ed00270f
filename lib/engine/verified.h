// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LUNs that were verified together.
 */
#ifndef ENGINE_VERIFIED_H
#define ENGINE_VERIFIED_H

#include "engine/look.h"

struct verified_lun {
	const char *name; /* not owned */
	struct look look;
	struct findings findings;
	bool readable; /* else look.sr is empty */
};

/* Adds what more than one of them has. */
void verified_compare(const struct verified_lun *luns, size_t count,
		      struct findings *duplicates);

/* Frees what the LUNs hold, and the list. */
void verified_free(struct verified_lun *luns, size_t count);

#endif
