// SPDX-License-Identifier: LGPL-2.1-only
#include "plan/plan_drop.h"

#include <stdlib.h>
#include <string.h>

static int check_can_drop(const struct snapshot *snap, struct error *err)
{
	if (!snap->mgt_lv || snap->mgt_header.blank)
		return error_set(err, ERROR_LUN_CONTENT,
				 "snapshots=drop: this SR has no metadata "
				 "(MGT) that tells which VDIs are snapshots; "
				 "use snapshots=keep");
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		enum lv_kind kind = snap->lvs[i].kind;

		if (kind == LV_JOURNAL || kind == LV_JVHD)
			return error_set(
				err, ERROR_LUN_CONTENT,
				"snapshots=drop: an operation on VDIs "
				"was in flight when the LUN was cloned "
				"(LV %s); use snapshots=keep",
				snap->vg.lvs[i].name);
	}
	for (uint32_t i = 0; i < snap->mgt.vdi_count; i++) {
		const struct mgt_vdi *vdi = &snap->mgt.vdis[i];

		if (vdi->is_a_snapshot && !vdi->deleted_at)
			return error_set(err, ERROR_LUN_CONTENT,
					 "snapshots=drop: a record of MGT has "
					 "no place to mark it deleted; use "
					 "snapshots=keep");
	}
	return 0;
}

/* How many LVs that stay have `vdi` as their VHD parent; of all LVs if
 * `dropped` is NULL. */
static unsigned count_children(const struct snapshot *snap, const bool *dropped,
			       const struct uuid *vdi)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct snapshot_lv *info = &snap->lvs[i];

		if (info->has_parent && uuid_equal(&info->parent, vdi) &&
		    !(dropped && dropped[i]))
			n++;
	}
	return n;
}

static bool is_snapshot(const struct snapshot *snap,
			const struct snapshot_lv *info)
{
	const struct mgt_vdi *record;

	if (!snapshot_is_volume(info))
		return false;
	record = snapshot_find_record(snap, &info->vdi);
	return record && record->is_a_snapshot;
}

/* A base copy is SM's own: in MGT it is not managed, or the LV is hidden. */
static bool is_base(const struct snapshot *snap, uint32_t i)
{
	const struct snapshot_lv *info = &snap->lvs[i];
	const struct mgt_vdi *record;

	if (!snapshot_is_volume(info) ||
	    !count_children(snap, NULL, &info->vdi))
		return false;
	record = snapshot_find_record(snap, &info->vdi);
	return snap->vg.lvs[i].hidden || (record && !record->managed);
}

/* Leaves first, then what only they stood on, until nothing more falls. */
static void drop_volumes(const struct snapshot *snap, bool *dropped)
{
	bool again = true;

	while (again) {
		again = false;
		for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
			const struct snapshot_lv *info = &snap->lvs[i];

			if (dropped[i] ||
			    (!is_snapshot(snap, info) && !is_base(snap, i)) ||
			    count_children(snap, dropped, &info->vdi))
				continue;
			dropped[i] = true;
			again = true;
		}
	}
}

static bool volume_stays(const struct snapshot *snap, const bool *dropped,
			 const struct uuid *vdi)
{
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		if (!dropped[i] && snapshot_is_volume(&snap->lvs[i]) &&
		    uuid_equal(&snap->lvs[i].vdi, vdi))
			return true;
	}
	return false;
}

/* A log goes with its volume. One that has none already is what is left of a
 * snapshot whose data was destroyed: SM would show it as a VDI. */
static void drop_logs(const struct snapshot *snap, bool *dropped)
{
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct snapshot_lv *info = &snap->lvs[i];

		if (info->kind == LV_CBTLOG)
			dropped[i] = !volume_stays(snap, dropped, &info->vdi);
	}
}

int plan_choose_dropped(struct plan *plan, bool drop_snapshots,
			struct error *err)
{
	const struct snapshot *snap = plan->from;
	uint32_t n = snap->vg.lv_count;

	plan->dropped = calloc(n ? n : 1, sizeof(*plan->dropped));
	if (!plan->dropped)
		return error_no_memory(err);
	if (!drop_snapshots)
		return 0;
	if (check_can_drop(snap, err))
		return -1;
	drop_volumes(snap, plan->dropped);
	drop_logs(snap, plan->dropped);
	return 0;
}

bool plan_drops_record(const struct plan *plan, const struct mgt_vdi *vdi)
{
	const struct snapshot *snap = plan->from;

	if (vdi->deleted || !vdi->deleted_at)
		return false;
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		if (plan->dropped[i] &&
		    uuid_equal(&snap->lvs[i].vdi, &vdi->uuid.uuid) &&
		    !volume_stays(snap, plan->dropped, &vdi->uuid.uuid))
			return true;
	}
	return false;
}

bool plan_drops_log(const struct plan *plan, const struct uuid *vdi)
{
	const struct snapshot *snap = plan->from;

	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		if (plan->dropped[i] && snap->lvs[i].kind == LV_CBTLOG &&
		    uuid_equal(&snap->lvs[i].vdi, vdi))
			return true;
	}
	return false;
}

void plan_cut_dropped(const struct plan *plan, char *text, size_t *size)
{
	const struct lvm_vg *vg = &plan->from->vg;

	/* LVs stand in the text in their order, so from the last one on, the
	 * places of those before stay right. */
	for (uint32_t i = vg->lv_count; i-- > 0;) {
		size_t from = vg->lvs[i].whole.at;
		size_t to = from + vg->lvs[i].whole.len;

		if (!plan->dropped[i])
			continue;
		while (text[to] == '\n')
			to++;
		memmove(text + from, text + to, *size - to);
		*size -= to - from;
	}
}
