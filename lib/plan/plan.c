// SPDX-License-Identifier: LGPL-2.1-only
#include "plan/plan.h"

#include <stdlib.h>

#include "format/uuid_scan.h"
#include "plan/lv_bytes.h"
#include "plan/plan_check.h"
#include "plan/plan_drop.h"
#include "plan/plan_parts.h"

int plan_renew_text(struct plan *plan, char *text, size_t len,
		    struct error *err)
{
	struct uuid_hit hit;

	for (size_t at = 0; uuid_scan(text, len, at, &hit);
	     at = hit.at + hit.len) {
		struct uuid new = plan->ids.new_sr;

		if (!hit.is_sr && idmap_renew(&plan->ids, &hit.uuid, &new))
			return error_no_memory(err);
		uuid_scan_replace(text, &hit, &new);
	}
	return 0;
}

int plan_patch_lv(struct plan *plan, const struct lvm_lv *lv, uint64_t at,
		  const void *from, size_t len, struct error *err)
{
	if (lv_patch(&plan->after, &plan->from->vg, lv, at, from, len))
		return 0;
	return error_set(err, ERROR_INTERNAL,
			 "planned a change of LV %s where nothing was read",
			 lv->name);
}

int plan_build(const struct snapshot *from, const struct plan_options *options,
	       struct plan *out, struct error *err)
{
	struct plan plan = { .from = from };

	if (uuid_equal(&from->vg.sr, &options->new_sr))
		return error_set(err, ERROR_LUN_CONTENT,
				 "the SR on this LUN has the new SR's uuid "
				 "already");
	if (idmap_init(&plan.ids, &from->vg.sr, &options->new_sr,
		       from->vg.lv_count) ||
	    image_clone(&from->image, &plan.after)) {
		plan_free(&plan);
		return error_no_memory(err);
	}
	if (plan_choose_dropped(&plan, options->drop_snapshots, err) ||
	    plan_mgt(&plan, err) || plan_vhds(&plan, err) ||
	    plan_cbtlogs(&plan, err) || plan_journals(&plan, err) ||
	    plan_jvhds(&plan, err) || plan_lvm(&plan, &options->avoid, err) ||
	    plan_cut_writes(&plan, err)) {
		plan_free(&plan);
		return -1;
	}
	*out = plan;
	return 0;
}

int plan_make(const struct snapshot *from, const struct plan_options *options,
	      struct plan *out, struct error *err)
{
	struct plan plan;

	if (plan_build(from, options, &plan, err))
		return -1;
	if (plan_check(&plan, err)) {
		plan_free(&plan);
		return -1;
	}
	*out = plan;
	return 0;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->write_count; i++)
		free(plan->writes[i].data);
	free(plan->writes);
	free(plan->dropped);
	free(plan->text);
	image_free(&plan->after);
	idmap_free(&plan->ids);
	*plan = (struct plan){ 0 };
}
