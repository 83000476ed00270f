// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/resign_lun.h"

#include "base/log.h"
#include "txn/load.h"
#include "txn/txn.h"

static void log_uuid(const char *what, const struct uuid *old,
		     const struct uuid *new)
{
	char a[UUID_TEXT_LEN], b[UUID_TEXT_LEN];

	uuid_to_text(old, a);
	uuid_to_text(new, b);
	log_info("%s %.*s -> %.*s", what, UUID_TEXT_LEN, a, UUID_TEXT_LEN, b);
}

static void log_ids(const struct plan *plan)
{
	log_uuid("SR", &plan->ids.old_sr, &plan->ids.new_sr);
	for (size_t i = 0; i < plan->ids.vdi_count; i++)
		log_uuid("VDI", &plan->ids.vdis[i].old,
			 &plan->ids.vdis[i].new);
}

int resign_lun(struct lun *lun, const struct plan_options *options,
	       struct error *err)
{
	struct snapshot before;
	struct plan plan;
	int failed;

	if (load_snapshot(lun, &before, err))
		return -1;
	failed = plan_make(&before, options, &plan, err);
	if (!failed) {
		log_ids(&plan);
		failed = txn_run(lun, &plan, err);
		plan_free(&plan);
	}
	snapshot_free(&before);
	return failed ? -1 : 0;
}
