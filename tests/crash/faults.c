// SPDX-License-Identifier: LGPL-2.1-only
#include "faults.h"

#include <stdio.h>
#include <string.h>

#include "power.h"

struct faults {
	struct suite *suite;
	const struct sectors *from;
	struct run run; /* that meets the fault */
	unsigned next;	/* the number of the run after it */
	unsigned subsets, every, count;
	uint64_t seed;
	struct chance chance;
};

/* What the words of an error say of the LUN. */
enum claim { SAYS_NOTHING, SAYS_UNCHANGED, SAYS_COMMITTED, SAYS_UNKNOWN };

static enum claim claim_of(const char *text)
{
	if (strstr(text, "is not known"))
		return SAYS_UNKNOWN;
	if (strstr(text, "is committed") || strstr(text, "completing an "))
		return SAYS_COMMITTED;
	if (strstr(text, "unchanged"))
		return SAYS_UNCHANGED;
	return SAYS_NOTHING;
}

/* Whether what the error said is true of a state that the LUN is in now, or may
 * be in if the power fails now. */
static bool is_true(struct faults *f, enum claim claim,
		    const struct sectors *state, unsigned before)
{
	struct suite *suite = f->suite;
	struct found_state found;

	if (!judge_state(suite, state, f->next, &found))
		return false;
	if (claim == SAYS_UNCHANGED &&
	    (found.committed || found.world != before))
		return suite_wrong(suite, "said to be unchanged, which is "
					  "not true");
	/* Committed: a head says so, or nothing was left to do. */
	if (claim == SAYS_COMMITTED && !found.committed &&
	    found.world == before)
		return suite_wrong(suite, "said to be committed, which is "
					  "not true");
	return true;
}

/* Run `next` on a state, after the fault is over. */
static void try_next(struct faults *f, const struct sectors *state)
{
	const struct run next = { .number = f->next,
				  .host = 2,
				  .scsi_id = "lun" };

	if (suite_is_new(f->suite, state, f->next))
		judge_trial(f->suite, state, &next);
}

static void try_later(struct suite *suite, const struct sectors *state,
		      void *context)
{
	struct sectors copy = { 0 };

	(void)suite;
	sectors_copy(state, &copy);
	try_next(context, &copy);
	sectors_free(&copy);
}

/* What a fault has left: as it is, and after a power failure. */
static void look(struct faults *f, enum claim claim, unsigned before)
{
	const struct power_effort prefixes = { 0 };
	struct suite *suite = f->suite;
	bool failed_flush = suite->disk.failed_flush;
	struct sectors now = { 0 }, lost = { 0 };
	struct trace trace = suite->disk.trace;
	struct units units;
	char where[sizeof(suite->where)];

	suite->disk.trace = (struct trace){ 0 };
	sectors_copy(&suite->disk.now, &now);
	units_cut(&trace, suite->atom, &units);
	if (is_true(f, claim, &now, before))
		try_next(f, &now);
	snprintf(where, sizeof(where), "%s", suite->where);
	for (unsigned i = 0; i < f->subsets; i++) {
		size_t last = units.first[units.epochs - 1];
		uint64_t odds = i ? chance_below(&f->chance, 8) : 0;

		snprintf(suite->where, sizeof(suite->where),
			 "%.110s; then a power failure", where);
		sectors_copy(f->from, &lost);
		for (size_t u = 0; u < units.count; u++) {
			if (u < last || chance_below(&f->chance, 8) < odds)
				units_land(&units, u, &lost);
		}
		if (is_true(f, claim, &lost, before))
			try_next(f, &lost);
	}
	/* What was built on a flush that failed may show only after it. */
	if (failed_flush)
		power_states(suite, f->from, &trace, &prefixes, try_later, f);
	units_free(&units);
	trace_free(&trace);
	sectors_free(&now);
	sectors_free(&lost);
}

/* After a disk has lied, with or without the run having noticed. What a write
 * made of wrong bits cannot be told from what others have written: a new run
 * may refuse it then. */
static void after_lie(struct faults *f, const struct found_state *start,
		      bool failed, bool garbled)
{
	const struct run next = { .number = f->next,
				  .host = 1,
				  .scsi_id = "lun" };
	struct suite *suite = f->suite;
	struct sectors now = { 0 };
	struct error err;
	uint64_t where;

	sectors_copy(&suite->disk.now, &now);
	if (!failed && !worlds_same(suite->worlds, start->result, &now, &where))
		suite_wrong(suite, "a lie of the disk was not noticed");
	suite->total++;
	suite->distinct++;
	sim_disk_start(&suite->disk, &now);
	if (!garbled)
		judge_trial(suite, &now, &next);
	else if (run_resign(&suite->disk, &next, &err) &&
		 (err.code != ERROR_LUN_CONTENT || suite->disk.trace.count))
		suite_wrong(suite, "after a lie: %s", err.text);
	sectors_free(&now);
}

/* One run with one fault; false if it did not come to that call. */
static bool try_fault(struct faults *f, const struct sim_fault *fault,
		      const struct found_state *start)
{
	static const char *const effects[] = { "nothing", "half", "all",
					       "a lie", "garbled" };
	struct suite *suite = f->suite;
	struct error err = { .text = "" };
	char start_where[sizeof(suite->where)];
	enum claim claim;
	bool more;
	int failed;

	snprintf(start_where, sizeof(start_where), "%s", suite->where);
	snprintf(suite->where, sizeof(suite->where),
		 "%.80s: call %u fails %s, %s done", start_where, fault->at,
		 fault->for_good ? "for good" : "once", effects[fault->effect]);
	sim_disk_start(&suite->disk, f->from);
	suite->disk.fault = *fault;
	failed = run_resign(&suite->disk, &f->run, &err);
	more = suite->disk.calls >= fault->at;
	if (fault->effect >= SIM_LOST) {
		if (more)
			after_lie(f, start, failed,
				  fault->effect == SIM_GARBLED);
	} else if (failed) {
		claim = claim_of(err.text);
		if (err.code != ERROR_IO || !strstr(err.text, SIM_FAULT_TEXT))
			suite_wrong(suite, "not a clear error: %s", err.text);
		if (claim == SAYS_NOTHING)
			suite_wrong(suite, "no word about the LUN: %s",
				    err.text);
		else if (claim == SAYS_UNCHANGED && start->committed &&
			 suite->disk.trace.count)
			suite_wrong(suite, "called unchanged, and written to");
		/* What was committed before stays so. */
		if (start->committed)
			claim = SAYS_COMMITTED;
		suite->disk.fault.at = 0;
		look(f, claim == SAYS_NOTHING ? SAYS_UNCHANGED : claim,
		     start->committed ? NO_WORLD : start->world);
	} else if (more) {
		/* Only what comes after the end may fail without a word. */
		struct sectors now = { 0 };
		uint64_t sector;

		sectors_copy(&suite->disk.now, &now);
		if (!worlds_same(suite->worlds, start->result, &now, &sector))
			suite_wrong(suite, "the fault was not noticed");
		sectors_free(&now);
		suite->disk.fault.at = 0;
		look(f, SAYS_COMMITTED, NO_WORLD);
	}
	snprintf(suite->where, sizeof(suite->where), "%s", start_where);
	return more;
}

static void try_all(struct faults *f)
{
	struct found_state start;
	bool more = true;

	if (!judge_state(f->suite, f->from, f->run.number, &start))
		return;
	f->run.seed = worlds_seed(f->suite->worlds, start.world, f->run.number);
	for (unsigned at = 1; more; at++) {
		for (unsigned kind = 0; kind < 2 * SIM_EFFECTS; kind++) {
			const struct sim_fault fault = {
				.at = at,
				.for_good = kind & 1,
				.effect = (enum sim_effect)(kind / 2),
			};

			/* A disk that always lies cannot be dealt with. */
			if (fault.for_good && fault.effect >= SIM_LOST)
				continue;
			more = try_fault(f, &fault, &start);
			if (!more)
				break;
		}
	}
}

void faults_try(struct suite *suite, unsigned subsets, uint64_t seed)
{
	struct faults f = {
		.suite = suite,
		.from = &suite->worlds->items[0].state,
		.run = { .number = 1, .host = 1, .scsi_id = "lun" },
		.next = 2,
		.subsets = subsets,
	};

	chance_seed(&f.chance, seed);
	snprintf(suite->where, sizeof(suite->where), "first run");
	try_all(&f);
}

static void try_state(struct suite *suite, const struct sectors *state,
		      void *context)
{
	struct faults *f = context;
	struct sectors copy = { 0 };

	if (f->count++ % f->every || !suite_is_new(suite, state, 0))
		return;
	/* Another host waits, and looks at the head again and again. */
	f->run.host = f->count / f->every % 8 == 0 ? 2 : 1;
	sectors_copy(state, &copy);
	f->from = &copy;
	try_all(f);
	sectors_free(&copy);
}

void faults_try_recovery(struct suite *suite, unsigned every, unsigned subsets,
			 uint64_t seed)
{
	const struct power_effort prefixes = { 0 };
	struct trace trace;
	struct faults f = {
		.suite = suite,
		.run = { .number = 2, .host = 2, .scsi_id = "lun" },
		.next = 3,
		.subsets = subsets,
		.every = every,
	};

	chance_seed(&f.chance, seed);
	if (!power_first_run(suite, &trace))
		return;
	power_states(suite, &suite->worlds->items[0].state, &trace, &prefixes,
		     try_state, &f);
	trace_free(&trace);
}
