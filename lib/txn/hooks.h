// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a transaction asks of those above it: things that only they can know.
 */
#ifndef TXN_HOOKS_H
#define TXN_HOOKS_H

#include "base/error.h"
#include "plan/plan.h"

/* Each function may be NULL. They return 0 to go on, or -1 with *err. */
struct txn_hooks {
	void *context;

	/* Before the first write of a plan. */
	int (*may_begin)(void *context, const struct plan *plan,
			 struct error *err);

	/* Right before the commit, and before the first write of a recovery;
	 * `sr` is the SR that is resigned. A reason to give up is a reason to
	 * leave the LUN as it is. Other hosts are kept out now: not for long. */
	int (*may_write)(void *context, const struct uuid *sr,
			 struct error *err);

	/* The result as it was read back, while the journal is still there: if
	 * it is not accepted, a later run comes here again. */
	int (*accept)(void *context, const struct snapshot *result,
		      struct error *err);
};

#endif
