// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/stop.h"
#include "engine/life.h"
#include "host/block.h"
#include "host/disk_id.h"
#include "host/in_use.h"
#include "host/lvm_judge.h"
#include "lun/lun_libiscsi.h"
#include "plan/chosen.h"
#include "xapi/guard.h"
#include "xapi/host.h"

/* ---- the pool ---- */

static struct guard_question question_of(const struct resign_request *request,
					 const struct reached *lun,
					 const struct uuid *sr)
{
	return (struct guard_question){
		.names = &lun->names,
		.iqn = lun->iqn,
		.own_sr_ref = request->own_sr_ref,
		.old_sr = sr,
	};
}

int guard_pool_lun(const struct resign_request *request,
		   const struct reached *lun, const struct uuid *sr,
		   struct error *err)
{
	const struct xapi_guard guard = { .lun = question_of(request, lun,
							     sr) };

	if (!request->xapi || lun->is_file)
		return 0;
	return xapi_guard(request->xapi, &guard, err);
}

/* With all that the plan says: which SR is on the LUN, and which uuids it shall
 * get. *owner is what the pool makes of a LUN that it lets through. */
static int guard_pool_plan(const struct resign_request *request,
			   const struct reached *lun, const struct plan *plan,
			   enum lun_owner *owner, struct error *err)
{
	const struct idmap *ids = &plan->ids;
	struct xapi_guard guard = {
		.lun = question_of(request, lun, &ids->old_sr),
		.owner = owner,
		.new_sr = &ids->new_sr,
	};
	struct uuid *vdis;
	int failed;

	*owner = OWNER_NOT_ASKED;
	if (!request->xapi || lun->is_file)
		return 0;
	vdis = alloc_zeroed(ids->vdi_count + 1, sizeof(*vdis));
	/* Another VDI may have a chosen uuid; a random one is nobody's. */
	for (size_t i = 0; i < ids->vdi_count; i++) {
		if (chosen_find(request->plan.chosen,
				any_id_of_uuid(&ids->vdis[i].old)))
			vdis[guard.new_vdi_count++] = ids->vdis[i].new;
	}
	guard.new_vdis = vdis;
	failed = xapi_guard(request->xapi, &guard, err);
	free(vdis);
	return failed;
}

/* Whether another host uses a LUN that is its disk, too. */
static int guard_pool_hosts(const struct resign_request *request,
			    const struct reached *lun, struct error *err)
{
	if (!request->xapi || !lun->shared)
		return 0;
	if (!request->own_host)
		return error_set(err, ERROR_XAPI,
				 "which host of the pool this one is is not "
				 "known, so that the others cannot be asked "
				 "whether they use the LUN");
	return xapi_hosts_check(request->xapi, request->own_host,
				lun_names_best(&lun->names), err);
}

/* ---- this host ---- */

int guard_host(const char *disk, const struct lun_names *names,
	       struct error *err)
{
	struct block_names others;
	bool untold;
	int failed = 0;

	if (disk && in_use_check(disk, err))
		return -1;
	others = disks_of_lun(names, &untold);
	if (untold)
		log_warning("this host's kernel does not tell which LUNs its "
			    "disks are, so it is not known whether it uses "
			    "SCSIid %.80s by another disk",
			    lun_names_best(names));
	for (size_t i = 0; !failed && i < others.count; i++) {
		if (disk && strcmp(others.items[i], disk) == 0)
			continue;
		failed = in_use_check(others.items[i], err);
		/* A path that fails is not one that is used. */
		if (failed && err->code == ERROR_NO_DEVICE) {
			log_warning("%s", err->text);
			failed = 0;
		}
	}
	block_names_free(&others);
	return failed;
}

/* ---- the array ---- */

/* An array can map another LUN to its number while our session lives: the
 * original and its clone have the same label, headers and claims, so that only
 * INQUIRY shows it. A LUN that never had a name is taken as it is. */
static int check_still_lun(const struct reached *lun, struct error *err)
{
	struct lun_names now;

	if (!lun_names_best(&lun->names)[0])
		return 0;
	if (!lun->device)
		return lun_libiscsi_check(lun->lun, err);
	device_names_read(lun->device, &now);
	if (!lun_names_best(&now)[0])
		return error_set(err, ERROR_IO,
				 "%s does not tell its names any more",
				 lun->device);
	return lun_names_check(&lun->names, &now, err);
}

static int may_begin(void *context, const struct plan *plan, struct error *err)
{
	const struct judge *judge = context;
	const struct resign_request *request = judge->request;
	enum lun_owner owner;

	if (guard_pool_plan(request, judge->lun, plan, &owner, err) ||
	    guard_pool_hosts(request, judge->lun, err))
		return -1;
	if (owner != OWNER_UNKNOWN || request->plan.choices.ignore_life ||
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
			       check_still_lun(judge->lun, err)
		       ? -1
		       : 0;
}

static int accept_result(void *context, const struct snapshot *result,
			 struct error *err)
{
	const struct judge *judge = context;

	if (!judge->lun->device)
		return 0;
	if (lvm_judge(judge->lun->device, &result->vg, err))
		return -1;
	log_info("LVM accepts the result");
	return 0;
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
