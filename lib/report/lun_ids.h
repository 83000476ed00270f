// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Every identifier of several LUNs, sorted: which of them are there twice
 * (check_duplicates of check.h goes by this).
 */
#ifndef REPORT_LUN_IDS_H
#define REPORT_LUN_IDS_H

#include <stddef.h>

#include "sr/snapshot.h"

enum id_class { ID_SR, ID_VG, ID_PV, ID_VDI, ID_LV };

struct lun_id {
	enum id_class class;
	struct any_id id;
	size_t lun; /* its place among the snapshots */
};

struct lun_ids {
	struct lun_id *items; /* the caller's to free */
	size_t count;
};

/* `snaps` of LUNs that could not be read are NULL. */
void lun_ids_sort(const struct snapshot *const *snaps, size_t count,
		  struct lun_ids *out);

/* How many entries from `at` on have the identifier of that one; their LUNs
 * ascend, and one may be there twice. */
size_t lun_ids_run(const struct lun_ids *ids, size_t at);

#endif
