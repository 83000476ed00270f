// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A resign of a LUN that is connected: recover, load, plan, commit, verify.
 */
#ifndef ENGINE_RESIGN_LUN_H
#define ENGINE_RESIGN_LUN_H

#include "lun/lun.h"
#include "plan/plan.h"
#include "txn/txn.h"

/* Resigns the LUN, or completes the resign whose journal it holds, with the
 * identifiers recorded there. `hooks` as in txn_run. */
int resign_lun(struct lun *lun, const struct plan_options *options,
	       const struct journal_owner *owner, const struct txn_hooks *hooks,
	       struct error *err);

#endif
