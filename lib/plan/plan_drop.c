// SPDX-License-Identifier: LGPL-2.1-only
#include "plan/plan_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Whether it is known which volume an image needs, or that it needs none. What
 * cannot be read may be the one that needs a base copy. */
static bool parent_is_sure(const struct snapshot_lv *info)
{
	if (!lv_kind_is_image(info->kind))
		return true;
	if (!info->is_image || info->names_differ ||
	    info->is_child != info->has_parent)
		return false;
	return info->kind != LV_VHD || info->has_header ||
	       info->footer.type == VHD_FIXED;
}

static int check_can_drop(const struct snapshot *snap, struct error *err)
{
	if (!snap->mgt_lv || snap->mgt_header.blank || snap->mgt_header.broken)
		return error_set(err, ERROR_LUN_CONTENT,
				 "snapshots=drop: this SR has no metadata "
				 "(MGT) that tells which VDIs are snapshots; "
				 "use snapshots=keep");
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		enum lv_kind kind = snap->lvs[i].kind;

		if (!parent_is_sure(&snap->lvs[i]))
			return error_set(
				err, ERROR_LUN_CONTENT,
				"snapshots=drop: it cannot be told for sure "
				"which volume LV %s is based on; use "
				"snapshots=keep",
				snap->vg.lvs[i].name);
		if (kind == LV_JOURNAL || kind == LV_JVHD)
			return error_set(
				err, ERROR_LUN_CONTENT,
				"snapshots=drop: an operation on VDIs "
				"was in flight when the LUN was cloned "
				"(LV %s); use snapshots=keep",
				snap->vg.lvs[i].name);
	}
	for (uint32_t i = 0; i < snap->vdis.count; i++) {
		if (snap->vdis.items[i].volumes > 1)
			return error_set(
				err, ERROR_LUN_CONTENT,
				"snapshots=drop: VDI %s has two "
				"volumes; use snapshots=keep",
				uuid_string(&snap->vdis.items[i].uuid).chars);
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

/* A base copy is SM's own: in MGT it is not managed, or the LV is hidden. One
 * that no volume names as its parent is left to SM. */
static bool may_drop(const struct snapshot *snap, const struct vdi *vdi)
{
	if (vdi->role == VDI_SNAPSHOT)
		return true;
	return vdi->role == VDI_BASE_COPY && vdi->children &&
	       (vdi->record || snap->vg.lvs[vdi->lv].hidden);
}

/* Leaves first, then what only they stood on, until nothing more falls. */
static void drop_volumes(const struct snapshot *snap, uint32_t *children,
			 bool *dropped)
{
	const struct vdis *vdis = &snap->vdis;

	for (uint32_t i = 0; i < vdis->count; i++)
		children[i] = vdis->items[i].children;
	for (uint32_t i = 0; i < vdis->count; i++) {
		uint32_t at = i;

		while (at != VDI_NONE && !children[at] &&
		       may_drop(snap, &vdis->items[at]) &&
		       !dropped[vdis->items[at].lv]) {
			dropped[vdis->items[at].lv] = true;
			at = vdis->items[at].parent;
			if (at != VDI_NONE)
				children[at]--;
		}
	}
}

/* A log goes with its volume. One that has none already is what is left of a
 * snapshot whose data was destroyed: SM would show it as a VDI. */
static void drop_logs(const struct snapshot *snap, bool *dropped)
{
	for (uint32_t i = 0; i < snap->vdis.count; i++) {
		const struct vdi *vdi = &snap->vdis.items[i];

		if (vdi->log != VDI_NONE)
			dropped[vdi->log] =
				vdi->lv == VDI_NONE || dropped[vdi->lv];
	}
}

int plan_choose_dropped(struct plan *plan, bool drop_snapshots,
			struct error *err)
{
	const struct snapshot *snap = plan->from;
	uint32_t n = snap->vg.lv_count;
	uint32_t *children;

	plan->dropped = alloc_zeroed(n, sizeof(*plan->dropped));
	if (!drop_snapshots)
		return 0;
	if (check_can_drop(snap, err))
		return -1;
	children = alloc_zeroed(snap->vdis.count + 1, sizeof(*children));
	drop_volumes(snap, children, plan->dropped);
	drop_logs(snap, plan->dropped);
	free(children);
	return 0;
}

bool plan_drops_record(const struct plan *plan, const struct mgt_vdi *record)
{
	const struct vdi *vdi =
		vdis_find(&plan->from->vdis, &record->uuid.uuid);

	if (record->deleted || !record->deleted_at || !vdi)
		return false;
	if (vdi->lv != VDI_NONE)
		return plan->dropped[vdi->lv];
	return vdi->log != VDI_NONE && plan->dropped[vdi->log];
}

bool plan_drops_log(const struct plan *plan, const struct uuid *uuid)
{
	const struct vdi *vdi = vdis_find(&plan->from->vdis, uuid);

	return vdi && vdi->log != VDI_NONE && plan->dropped[vdi->log];
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
