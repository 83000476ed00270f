// SPDX-License-Identifier: LGPL-2.1-only
/*
 * New uuids in the links of changed-block logs; none to a log that is dropped.
 */
#include <string.h>

#include "format/cbtlog.h"
#include "plan/plan_drop.h"
#include "plan/plan_parts.h"

static void renew_link(struct plan *plan, const struct uuid *old, uint8_t *link)
{
	struct uuid new = { { 0 } };

	if (!plan_drops_log(plan, old))
		new = idmap_renew(&plan->ids, old);
	memcpy(link, new.bytes, sizeof(new.bytes));
}

int plan_cbtlogs(struct plan *plan, struct error *err)
{
	const struct snapshot *snap = plan->from;

	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct snapshot_lv *info = &snap->lvs[i];
		uint8_t links[CBTLOG_LINKS_LEN];

		if (info->kind != LV_CBTLOG || plan->dropped[i])
			continue;
		renew_link(plan, &info->cbt_parent, links + CBTLOG_PARENT_AT);
		renew_link(plan, &info->cbt_child, links + CBTLOG_CHILD_AT);
		if (plan_patch_lv(plan, &snap->vg.lvs[i], 0, links,
				  sizeof(links), err))
			return -1;
	}
	return 0;
}
