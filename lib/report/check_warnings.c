// SPDX-License-Identifier: LGPL-2.1-only
#include "report/check.h"

#include <inttypes.h>

#include "sr/refusals.h"

static void check_size(const struct snapshot *snap, enum finding_weight broken,
		       struct findings *out)
{
	const struct lvm_vg *vg = &snap->vg;

	if (snap->lun_size < vg->dev_size)
		finding_add(out, broken, "LUN",
			    "it has %" PRIu64 " bytes and is smaller than the "
			    "%" PRIu64 " of its PV: the clone is cut off, and "
			    "SM will fail where it uses what is missing",
			    snap->lun_size, vg->dev_size);
}

static void check_operation(const struct snapshot *snap,
			    const struct plan *plan, uint32_t i,
			    struct findings *out)
{
	const char *lv = snap->vg.lvs[i].name;
	struct uuid vdi;

	switch (in_flight_of(snap, i, &vdi)) {
	case IN_FLIGHT_NONE:
		break;
	case IN_FLIGHT_WORKS:
		finding_add(out, FINDING_NOTE, lv,
			    "an operation of the storage manager is in "
			    "flight; it completes or undoes it when the SR is "
			    "attached");
		break;
	case IN_FLIGHT_FAILS_ONCE:
		finding_add(out, FINDING_WARNING, lv,
			    "an operation of the storage manager is in "
			    "flight; it undoes it at the first sr_attach, "
			    "which fails, and the next one works");
		break;
	case IN_FLIGHT_FAILS:
		if (plan)
			idmap_find(&plan->ids, &vdi, &vdi);
		finding_add(out, FINDING_WARNING, lv,
			    "an operation of the storage manager is in "
			    "flight; it fails to attach the SR under new uuids "
			    "until VDI %s is introduced in it "
			    "(VDI.db_introduce)",
			    uuid_string(&vdi).chars);
		break;
	}
}

/* Of such a volume a resign changes the name alone. */
static void check_unread(const struct snapshot *snap, uint32_t i,
			 enum finding_weight broken, struct findings *out)
{
	const struct snapshot_lv *info = &snap->lvs[i];
	const char *lv = snap->vg.lvs[i].name;

	if (lv_kind_is_image(info->kind) && !info->is_image)
		finding_add(out, FINDING_WARNING, lv,
			    "it holds no image: it was made, but never "
			    "formatted");
	if (info->kind == LV_VHD && info->is_image && !info->has_header &&
	    info->footer.type != VHD_FIXED && !info->footer.poisoned)
		finding_add(out, broken, lv, "its VHD header is damaged");
}

/* A resign keeps such a chain as it is: broken. */
static void check_lost_parent(const struct snapshot *snap, uint32_t i,
			      struct findings *out)
{
	const struct snapshot_lv *info = &snap->lvs[i];

	if (!snapshot_is_volume(info) || !info->is_child || !info->has_parent)
		return;
	if (!vdis_find_volume(&snap->vdis, &info->parent))
		finding_add(out, FINDING_WARNING, snap->vg.lvs[i].name,
			    "its parent %s is not on the LUN, so that the "
			    "storage manager cannot use it, here as on the "
			    "original",
			    uuid_string(&info->parent).chars);
}

void check_warnings(const struct snapshot *snap, const struct plan *plan,
		    enum finding_weight broken, struct findings *out)
{
	check_size(snap, broken, out);
	if (snap->mgt_header.broken)
		finding_add(out, FINDING_WARNING, "MGT",
			    "its header is broken: it is left as it is; the "
			    "storage manager attaches the SR, and its VDIs "
			    "have no names or snapshot relations");
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		check_operation(snap, plan, i, out);
		check_unread(snap, i, broken, out);
		/* Without a plan it is no warning, but an error (check.c). */
		if (plan)
			check_lost_parent(snap, i, out);
	}
}
