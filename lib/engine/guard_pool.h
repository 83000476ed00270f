// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Whether the pool uses a LUN, or has it on record: xapi's word.
 */
#ifndef ENGINE_GUARD_POOL_H
#define ENGINE_GUARD_POOL_H

#include "base/error.h"
#include "engine/resign.h"
#include "plan/plan.h"
#include "xapi/guard_rules.h"

/* Asks by the names of the LUN and its target, and by the SR on it unless that
 * is NULL: not known yet. As xapi_guard; nothing is asked without xapi, or of an
 * image file. */
int guard_pool_lun(const struct resign_request *request,
		   const struct reached *lun, const struct uuid *sr,
		   struct error *err);

/* Whether another host uses a LUN that is its disk, too; nobody is asked about
 * any other. As xapi_hosts_check. */
int guard_pool_hosts(const struct resign_request *request,
		     const struct reached *lun, struct error *err);

/* Asks with all that the plan says: which SR is on the LUN, and which uuids it
 * shall get. *owner is what the pool makes of a LUN that it lets through. */
int guard_pool_plan(const struct resign_request *request,
		    const struct reached *lun, const struct plan *plan,
		    enum lun_owner *owner, struct error *err);

#endif
