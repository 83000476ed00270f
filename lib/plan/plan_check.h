// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Our own work, checked before the first write and again after the last.
 */
#ifndef PLAN_PLAN_CHECK_H
#define PLAN_PLAN_CHECK_H

#include "plan/plan.h"

/* Checks a plan: every write is whole blocks in a place where its phase may
 * write; its result parses to what was meant; and a second resign of the
 * result can be planned. ERROR_INTERNAL. */
int plan_check(const struct plan *plan, struct error *err);

/* Checks that `result`, read from a LUN, is what the plan meant: every
 * identifier is the new one, nothing else differs. ERROR_INTERNAL. */
int plan_compare(const struct plan *plan, const struct snapshot *result,
		 struct error *err);

#endif
