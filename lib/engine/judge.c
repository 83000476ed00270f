// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/guard_host.h"
#include "engine/guard_pool.h"
#include "engine/life.h"
#include "engine/still_lun.h"
#include "host/lvm_judge.h"
#include "base/stop.h"

static int may_begin(void *context, const struct plan *plan, struct error *err)
{
	const struct judge *judge = context;
	const struct resign_request *request = judge->request;
	enum lun_owner owner;

	if (guard_pool_plan(request, judge->lun, plan, &owner, err) ||
	    guard_pool_hosts(request, judge->lun, err))
		return -1;
	if (owner != OWNER_UNKNOWN || request->ignore_life ||
	    plan->write_count == 0)
		return 0;
	return life_check(judge->lun->lun, &plan->from->vg, err);
}

/* How long the pool's records may take while others are kept from the LUN. xapi
 * has just answered the same questions; singly there may be thousands, and a
 * target hears nothing of us meanwhile: LIO ends a session, and the fence with
 * it, that was silent for 44 s (its nopin_timeout and nopin_response_timeout).
 * Other hosts are asked about a LUN by HBA, where there is no session of ours. */
#define FENCED_MS 30000

/* The pool is asked again: while so much was planned and prepared, or another
 * run was waited for, somebody may have attached the LUN. */
static int ask_pool(const struct judge *judge, const struct uuid *sr,
		    struct error *err)
{
	const struct resign_request *request = judge->request;
	int failed;

	xapi_limit(request->xapi, FENCED_MS);
	failed = guard_pool_lun(request, judge->lun, sr, err);
	xapi_limit(request->xapi, 0);
	return failed || guard_pool_hosts(request, judge->lun, err) ? -1 : 0;
}

static int may_write(void *context, const struct uuid *sr, struct error *err)
{
	const struct judge *judge = context;

	if (stop_requested())
		return error_set(err, ERROR_INTERRUPTED, "stopped by a signal");
	if (ask_pool(judge, sr, err))
		return -1;
	return guard_host(judge->lun->device, &judge->lun->names, err) ||
			       still_lun_check(judge->lun->lun,
					       &judge->lun->names, err)
		       ? -1
		       : 0;
}

static int ask_lvm(const char *device, const struct lvm_vg *vg,
		   struct lvm_expected_lv *lvs, struct lvm_id_string *ids,
		   struct error *err)
{
	const struct lvm_id_string pv_id = lvm_id_string(&vg->pv_id),
				   vg_id = lvm_id_string(&vg->id);
	char vg_name[VG_NAME_LEN + 1] = VG_NAME_PREFIX;
	const struct lvm_expectation want = {
		.pv_id = pv_id.chars,
		.vg_id = vg_id.chars,
		.vg_name = vg_name,
		.lvs = lvs,
		.lv_count = vg->lv_count,
	};

	uuid_to_text(&vg->sr, vg_name + VG_NAME_PREFIX_LEN);
	for (uint32_t i = 0; i < vg->lv_count; i++) {
		ids[i] = lvm_id_string(&vg->lvs[i].id);
		lvs[i] = (struct lvm_expected_lv){ .id = ids[i].chars,
						   .name = vg->lvs[i].name };
	}
	return lvm_judge(device, &want, err);
}

static int accept_result(void *context, const struct snapshot *result,
			 struct error *err)
{
	struct judge *judge = context;
	size_t n = result->vg.lv_count + 1;
	struct lvm_expected_lv *lvs;
	struct lvm_id_string *ids;
	int failed;

	if (!judge->lun->device)
		return 0;
	lvs = alloc_zeroed(n, sizeof(*lvs));
	ids = alloc_zeroed(n, sizeof(*ids));
	failed = ask_lvm(judge->lun->device, &result->vg, lvs, ids, err);
	free(lvs);
	free(ids);
	if (!failed)
		log_info("LVM accepts the result");
	return failed;
}

struct txn_hooks judge_hooks(struct judge *judge)
{
	return (struct txn_hooks){
		.context = judge,
		.may_begin = may_begin,
		.may_write = may_write,
		.accept = accept_result,
	};
}
