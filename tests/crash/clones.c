// SPDX-License-Identifier: LGPL-2.1-only
#include "clones.h"

/* Resigned like any LUN; one that was cloned after the commit, from the
 * identifiers that its original gets. */
static void try_clone(struct suite *suite, const struct sectors *state,
		      void *context)
{
	struct run run = { .number = 2, .host = 2, .scsi_id = "clone" };
	struct error err = { .text = "" };
	struct found_state found;

	(void)context;
	if (!suite_is_new(suite, state, 2) ||
	    !judge_state(suite, state, 2, &found))
		return;
	run.seed = worlds_seed(suite->worlds, found.world, 2);
	sim_disk_start(&suite->disk, state);
	if (run_resign(&suite->disk, &run, &err))
		suite_wrong(suite, "refused: %s", err.text);
	else
		judge_result(suite, worlds_child(suite->worlds, found.world, 2),
			     &found);
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
