// SPDX-License-Identifier: LGPL-2.1-only
/*
 * New uuids in the MGT volume: the SR's, and of every record, free slots too,
 * the VDI's and the one it is a snapshot of.
 */
#include "plan/plan_drop.h"
#include "plan/plan_parts.h"

static int renew_ref(struct plan *plan, const struct mgt_ref *ref,
		     struct error *err)
{
	char text[UUID_TEXT_LEN];
	struct uuid new = idmap_renew(&plan->ids, &ref->uuid);

	uuid_to_text(&new, text);
	return plan_patch_lv(plan, plan->from->mgt_lv, ref->at, text,
			     sizeof(text), err);
}

int plan_mgt(struct plan *plan, struct error *err)
{
	const struct mgt *mgt = &plan->from->mgt;

	if (mgt->has_sr) {
		char text[UUID_TEXT_LEN];

		/* This field is the SR's, whatever it says now. */
		uuid_to_text(&plan->ids.new_sr, text);
		if (plan_patch_lv(plan, plan->from->mgt_lv, mgt->sr.at, text,
				  sizeof(text), err))
			return -1;
	}
	for (uint32_t i = 0; i < mgt->vdi_count; i++) {
		const struct mgt_vdi *vdi = &mgt->vdis[i];

		if (renew_ref(plan, &vdi->uuid, err))
			return -1;
		if (vdi->has_snapshot_of &&
		    renew_ref(plan, &vdi->snapshot_of, err))
			return -1;
		/* As SM itself frees a record. */
		if (plan_drops_record(plan, vdi) &&
		    plan_patch_lv(plan, plan->from->mgt_lv, vdi->deleted_at,
				  "1", 1, err))
			return -1;
	}
	return 0;
}
