// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The parts of planning, one file a format. Each changes plan->after and fills
 * plan->ids; none of them touches the snapshot. Order matters once: the VG text
 * comes last, for it renews every uuid that is in the map, and the other parts
 * add to that.
 */
#ifndef PLAN_PLAN_PARTS_H
#define PLAN_PLAN_PARTS_H

#include "plan/plan.h"

/* plan_make without the check, for the check's own use. */
int plan_build(const struct snapshot *from, const struct plan_options *options,
	       struct plan *out, struct error *err);

/* Where `need` bytes go in a free run: at its start; but at its end if a journal
 * that claims the LUN, without a fence, is at its start. A run that has lost its
 * claim may be held up, and write once more where it was about to. */
uint64_t plan_place_in(const struct snapshot *snap, const struct lvm_area *run,
		       uint64_t need);

/* Whether the place of a journal's head is free, or holds one. */
int plan_check_journal_place(const struct snapshot *snap, struct error *err);

int plan_mgt(struct plan *plan, struct error *err);
int plan_volumes(struct plan *plan, struct error *err);

/* The new VG text in the ring, mda_headers and label. */
int plan_lvm(struct plan *plan, struct error *err);

/* Cuts the difference of plan->after and the snapshot into writes. */
void plan_cut_writes(struct plan *plan);

/* Renews every uuid in `len` bytes of ASCII, in place and in the same form. An
 * SR's is always ours: a parent name may still hold the SR that this one was
 * itself cloned from. */
void plan_renew_text(struct plan *plan, char *text, size_t len);

/*
 * snapshots=drop: which LVs are not in the result.
 *
 * Dropped are the LVs of snapshot VDIs (MGT says which they are), their cbt
 * logs, and base copies that served nobody else. A base that a remaining VDI
 * needs stays, and so does a snapshot that one is based on.
 */

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
