// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/guard_pool.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "plan/chosen.h"
#include "xapi/guard.h"
#include "xapi/hosts.h"

int guard_pool_lun(const struct resign_request *request,
		   const struct reached *lun, const struct uuid *sr,
		   struct error *err)
{
	const struct xapi_guard guard = {
		.names = &lun->names,
		.iqn = lun->iqn,
		.own_sr_ref = request->own_sr_ref,
		.old_sr = sr,
	};

	if (!request->xapi || lun->is_file)
		return 0;
	return xapi_guard(request->xapi, &guard, err);
}

int guard_pool_plan(const struct resign_request *request,
		    const struct reached *lun, const struct plan *plan,
		    enum lun_owner *owner, struct error *err)
{
	const struct idmap *ids = &plan->ids;
	struct xapi_guard guard = {
		.names = &lun->names,
		.iqn = lun->iqn,
		.own_sr_ref = request->own_sr_ref,
		.owner = owner,
		.old_sr = &ids->old_sr,
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
		if (chosen_find(request->chosen, &ids->vdis[i].old))
			vdis[guard.new_vdi_count++] = ids->vdis[i].new;
	}
	guard.new_vdis = vdis;
	failed = xapi_guard(request->xapi, &guard, err);
	free(vdis);
	return failed;
}

int guard_pool_hosts(const struct resign_request *request,
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
