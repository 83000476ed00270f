// SPDX-License-Identifier: LGPL-2.1-only
/*
 * snapshots=drop: which LVs are not in the result.
 *
 * Dropped are the LVs of snapshot VDIs (MGT says which they are), their cbt
 * logs, and base copies that served nobody else. A base that a remaining VDI
 * needs stays, and so does a snapshot that one is based on.
 */
#ifndef PLAN_PLAN_DROP_H
#define PLAN_PLAN_DROP_H

#include "plan/plan.h"

/* Fills plan->dropped, all false when snapshots are kept. ERROR_LUN_CONTENT if
 * the LUN does not tell what a snapshot is, or SM is in the middle of work. */
int plan_choose_dropped(struct plan *plan, bool drop_snapshots,
			struct error *err);

/* Whether a live record of MGT belongs to an LV that is dropped. */
bool plan_drops_record(const struct plan *plan, const struct mgt_vdi *record);

/* Whether the cbt log of this VDI is dropped. */
bool plan_drops_log(const struct plan *plan, const struct uuid *vdi);

/* Takes the dropped LVs out of the VG text `text` of *size bytes with its NUL,
 * in place. */
void plan_cut_dropped(const struct plan *plan, char *text, size_t *size);

#endif
