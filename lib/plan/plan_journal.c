// SPDX-License-Identifier: LGPL-2.1-only
/*
 * New uuids in the values of SM's journals that stand in their LV.
 */
#include "format/sm_journal.h"
#include "sr/lv_bytes.h"
#include "plan/plan_parts.h"

int plan_journals(struct plan *plan, struct error *err)
{
	const struct snapshot *snap = plan->from;

	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct snapshot_lv *info = &snap->lvs[i];
		const struct lvm_lv *lv = &snap->vg.lvs[i];
		char value[JOURNAL_VALUE_SECTOR];

		if (info->kind != LV_JOURNAL || info->value_len == 0)
			continue;
		if (!lv_get(&snap->image, &snap->vg, lv, info->value_at, value,
			    info->value_len))
			return error_set(err, ERROR_INTERNAL,
					 "the value of LV %s was not read",
					 lv->name);
		plan_renew_text(plan, value, info->value_len);
		if (plan_patch_lv(plan, lv, info->value_at, value,
				  info->value_len, err))
			return -1;
	}
	return 0;
}
