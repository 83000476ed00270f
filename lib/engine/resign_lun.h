// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A resign of a LUN that is connected: load, plan, commit, verify.
 */
#ifndef ENGINE_RESIGN_LUN_H
#define ENGINE_RESIGN_LUN_H

#include "lun/lun.h"
#include "plan/plan.h"

int resign_lun(struct lun *lun, const struct plan_options *options,
	       struct error *err);

#endif
