// SPDX-License-Identifier: LGPL-2.1-only
#include "hosts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "format/resign_journal.h"
#include "turns.h"

#define MAX_COMMITS  8
#define MAX_SWITCHES 4
#define FOREVER	     1000

/* Every commit that either host makes: the LUN at that moment. */
static struct {
	struct sectors states[MAX_COMMITS];
	struct uuid ids[MAX_COMMITS];
	unsigned count;
} commits;

/* The LUN when both begin: the original, or with the claim of a third host,
 * which died right before its commit. */
static struct sectors beginning;

static void note_claim(struct sim_disk *disk)
{
	struct journal_head head;

	if (sectors_head(&disk->now, JOURNAL_CLAIMED, &head))
		sectors_copy(&disk->now, &beginning);
}

static bool abandon_claim(struct suite *suite)
{
	const struct run third = { .number = 4, .host = 4, .scsi_id = "lun" };
	struct error err;
	int failed;

	sim_disk_start(&suite->disk, &suite->worlds->items[0].state);
	suite->disk.after_write = note_claim;
	failed = run_resign(&suite->disk, &third, &err);
	suite->disk.after_write = NULL;
	if (failed)
		return suite_wrong(suite, "a third host: %s", err.text);
	return true;
}

static void note_commit(struct sim_disk *disk)
{
	struct journal_head head;
	bool known = false;

	if (!sectors_head(&disk->now, JOURNAL_COMMITTED, &head))
		return;
	for (unsigned c = 0; c < commits.count; c++)
		known = known || uuid_equal(&commits.ids[c], &head.id);
	if (known || commits.count == MAX_COMMITS)
		return;
	sectors_copy(&disk->now, &commits.states[commits.count]);
	commits.ids[commits.count++] = head.id;
}

/* What a power failure right after the last commit would have ended in. */
static bool result_of_commit(struct suite *suite, struct sectors *out)
{
	const struct run other = { .number = 9, .host = 9, .scsi_id = "lun" };
	struct error err = { .text = "" };
	bool completed;

	if (commits.count == 0) {
		sectors_copy(&suite->worlds->items[0].state, out);
		return true;
	}
	sim_disk_start(&suite->disk, &commits.states[commits.count - 1]);
	if (run_recovery(&suite->disk, &other, &completed, &err) || !completed)
		return suite_wrong(suite,
				   "right after the commit it cannot be "
				   "completed: %s",
				   err.text);
	sectors_copy(&suite->disk.now, out);
	return true;
}

static void judge_end(struct suite *suite, struct sectors *end,
		      const struct turns_host *hosts)
{
	const struct run third = { .number = 3, .host = 3, .scsi_id = "lun" };
	struct sectors expected = { 0 };
	struct error err = { .text = "" };
	bool completed, same;
	unsigned world;
	uint64_t where;

	/* Both may have failed after a commit; then it is completed now. */
	if (!result_of_commit(suite, &expected))
		goto out;
	world = worlds_push(suite->worlds, 0, &expected);
	if (world == NO_WORLD) {
		suite_wrong(suite, "the committed plan's result: %s",
			    suite->worlds->err.text);
		goto out;
	}
	sim_disk_start(&suite->disk, end);
	if (run_recovery(&suite->disk, &third, &completed, &err)) {
		suite_wrong(suite, "recovery in the end: %s", err.text);
	} else {
		same = worlds_same(suite->worlds, world, &suite->disk.now,
				   &where);
		if (!same)
			suite_wrong(suite,
				    "mixed: sector %" PRIu64
				    "; %u commits; %s; %s",
				    where, commits.count, hosts[0].err.text,
				    hosts[1].err.text);
		else if (completed && !hosts[0].failed && !hosts[1].failed)
			suite_wrong(suite, "both say done, and it was not");
		else if (!commits.count &&
			 (!hosts[0].failed || !hosts[1].failed))
			suite_wrong(suite, "done, without a commit");
		else if (same && run_resign(&suite->disk, &third, &err))
			suite_wrong(suite, "a third run: %s", err.text);
	}
	worlds_pop(suite->worlds);
out:
	sectors_free(&expected);
}

/* Host 0 makes turns[0] calls, host 1 turns[1], host 0 turns[2] … then each to
 * its end. Returns whether host 0 came to the end of turns[0]. */
static void try_order(struct suite *suite, const unsigned *order,
		      unsigned count, bool timely, unsigned calls[2])
{
	struct turns_host hosts[TURNS_HOSTS];
	struct sectors end = { 0 };
	struct journal_head head;
	int n;

	n = snprintf(suite->where, sizeof(suite->where), "%sturns of",
		     sectors_head(&beginning, JOURNAL_CLAIMED, &head)
			     ? "after a claim, "
			     : "");
	for (unsigned i = 0; i < count && n < 140; i++)
		n += snprintf(suite->where + n,
			      sizeof(suite->where) - (size_t)n, " %u",
			      order[i]);
	for (unsigned i = 0; i < TURNS_HOSTS; i++)
		hosts[i].run = (struct run){
			.number = i + 1,
			.seed = worlds_seed(suite->worlds, 0, i + 1),
			.host = i + 1,
			.scsi_id = "lun",
		};
	commits.count = 0;
	sim_disk_start(&suite->disk, &beginning);
	suite->disk.after_write = note_commit;
	turns_start(&suite->disk, hosts, timely);
	for (unsigned i = 0; i < count; i++)
		turns_go(i % 2, order[i]);
	turns_finish();
	suite->disk.after_write = NULL;
	sectors_copy(&suite->disk.now, &end);
	suite->total++;
	suite->distinct++;
	judge_end(suite, &end, hosts);
	if (calls) {
		calls[0] = hosts[0].calls;
		calls[1] = hosts[1].calls;
	}
	sectors_free(&end);
}

/* Every order with so many changes of host. Each turn is as long as a run can
 * be; a run that goes round again is longer, but not its beginning. */
static void try_all(struct suite *suite, unsigned switches, bool timely)
{
	unsigned order[MAX_SWITCHES + 1] = { 0 };
	unsigned calls[2], limit;
	unsigned at = 0;

	order[0] = FOREVER;
	try_order(suite, order, 1, timely, calls);
	limit = calls[0] + 1;
	memset(order, 0, sizeof(order));
	while (at < switches) {
		try_order(suite, order, switches, timely, NULL);
		for (at = 0; at < switches && ++order[at] == limit; at++)
			order[at] = 0;
	}
}

static void try_random(struct suite *suite, uint64_t seed, bool timely)
{
	unsigned order[40];
	struct chance chance;
	unsigned most;

	chance_seed(&chance, seed);
	most = 1 + (unsigned)chance_below(&chance, 12);
	for (size_t i = 0; i < 40; i++)
		order[i] = (unsigned)chance_below(&chance, most);
	try_order(suite, order, 40, timely, NULL);
}

void hosts_try(struct suite *suite, const struct hosts_effort *effort)
{
	if (worlds_child(suite->worlds, 0, 1) == NO_WORLD) {
		suite_wrong(suite, "%s", suite->worlds->err.text);
		return;
	}
	sectors_copy(&suite->worlds->items[0].state, &beginning);
	try_all(suite, effort->switches, effort->timely);
	for (unsigned i = 0; i < effort->random; i++)
		try_random(suite, effort->seed + i, effort->timely);
	/* Then those that wait for the claim take long: fewer of them. */
	if (suite->means != SIM_FENCE && abandon_claim(suite)) {
		try_all(suite, 1, effort->timely);
		for (unsigned i = 0; i < effort->random; i++)
			try_random(suite, effort->seed + i, effort->timely);
	}
	sectors_free(&beginning);
}
