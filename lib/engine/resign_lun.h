// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A resign of a LUN that is connected: recover, load, plan, commit, verify.
 */
#ifndef ENGINE_RESIGN_LUN_H
#define ENGINE_RESIGN_LUN_H

#include "lun/lun.h"
#include "plan/plan.h"
#include "report/report.h"
#include "txn/txn.h"

/* Resigns the LUN, or completes the resign whose journal it holds, with the
 * identifiers recorded there. Without `options` it only completes. `hooks` as
 * in txn_run. *report may be NULL; else it is the caller's on 0, to be given to
 * sr_report_free; an SR that is none of options->from is then left alone
 * and reported so.
 *
 * A LUN whose SR has options->new_sr already, and on which no resign is to be
 * completed, is left alone, and that is success (plan_is_done): a call that is
 * repeated since its answer was lost. No guard is passed by: may_begin is asked
 * with a plan that changes nothing, and accept with what is there. */
int resign_lun(struct lun *lun, const struct plan_options *options,
	       const struct journal_owner *owner, const struct txn_hooks *hooks,
	       struct resign_report *report, struct error *err);

#endif
