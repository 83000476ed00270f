// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/txn.h"

#include <stdlib.h>

#include "base/log.h"
#include "txn/verify.h"

static int write_phase(struct lun *lun, const struct plan *plan,
		       enum plan_phase phase, struct error *err)
{
	struct lun_io *ios = calloc(plan->write_count, sizeof(*ios));
	size_t n = 0;
	int failed;

	if (!ios)
		return error_no_memory(err);
	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];

		if (w->phase == phase)
			ios[n++] = (struct lun_io){ w->offset, w->len,
						    w->data };
	}
	/* A flush that fails is as bad as a write that fails: what it did not
	 * make stable must not be built on. */
	failed = lun_write(lun, ios, n, err) || (n && lun_flush(lun, err));
	free(ios);
	return failed ? -1 : 0;
}

int txn_run(struct lun *lun, const struct plan *plan, struct error *err)
{
	for (unsigned phase = 0; phase < PLAN_PHASES; phase++) {
		if (write_phase(lun, plan, (enum plan_phase)phase, err)) {
			if (phase == PLAN_RING)
				return error_prefix(
					err, "the LUN is unchanged: ");
			return error_prefix(err, "the LUN is half resigned: ");
		}
	}
	log_debug("%zu writes made, reading them back", plan->write_count);
	return verify_plan(lun, plan, err);
}
