// SPDX-License-Identifier: LGPL-2.1-only
#include "clones.h"

#include <string.h>

/*
 * Not committed: resigned like any LUN. Committed, not finished: refused, and
 * not touched. Finished: resigned, from the identifiers of the LUN that it was
 * cloned from.
 */
static void try_clone(struct suite *suite, const struct sectors *state,
		      void *context)
{
	struct run run = { .number = 2, .host = 2, .scsi_id = "clone" };
	struct error err = { .text = "" };
	struct finding found;
	unsigned expected;
	uint64_t where;
	bool finished;

	(void)context;
	if (!suite_is_new(suite, state, 2) ||
	    !judge_state(suite, state, 2, &found))
		return;
	finished = worlds_same(suite->worlds, found.world, state, &where);
	run.seed = worlds_seed(suite->worlds, found.world, 2);
	sim_disk_start(&suite->disk, state);
	if (!run_resign(&suite->disk, &run, &err)) {
		expected = worlds_child(suite->worlds, found.world, 2);
		if (found.committed && !finished)
			suite_wrong(suite, "a clone in the middle of a resign "
					   "was not refused");
		else
			judge_result(suite, expected, &found);
		return;
	}
	if (!found.committed || finished)
		suite_wrong(suite, "refused: %s", err.text);
	else if (suite->disk.trace.count)
		suite_wrong(suite, "refused, but written to");
	else if (err.code != ERROR_LUN_CONTENT ||
		 !strstr(err.text, "cloned in the middle") ||
		 !strstr(err.text, "lun"))
		suite_wrong(suite, "not clearly refused: %s", err.text);
}

void clones_try(struct suite *suite, const struct power_effort *effort)
{
	struct trace trace;

	if (!power_first_run(suite, &trace))
		return;
	power_states(suite, &suite->worlds->items[0].state, &trace, effort,
		     try_clone, NULL);
	trace_free(&trace);
}
