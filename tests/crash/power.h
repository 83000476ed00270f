// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Power failures: every state that a crash of a run may leave, tried.
 */
#ifndef TESTS_CRASH_POWER_H
#define TESTS_CRASH_POWER_H

#include "chance.h"
#include "judge.h"

/* How much is tried of each epoch, the time between two flushes, after each
 * number of writes in it. */
struct power_effort {
	/* Above this many units a write goes missing, or lands alone, only at
	 * the epoch's end and not after every write. */
	size_t all_pairs_up_to;
	unsigned subsets; /* random, of the whole run */
	uint64_t seed;
};

/* What to do with a state. */
typedef void (*power_visit)(struct suite *suite, const struct sectors *state,
			    void *context);

/* Visits the states that a crash of the traced run may leave on a LUN that was
 * in state `from`: after each write; each write missing; each landed alone;
 * random subsets. */
void power_states(struct suite *suite, const struct sectors *from,
		  const struct trace *trace, const struct power_effort *effort,
		  power_visit visit, void *context);

/* One random such state. */
void power_random(struct suite *suite, const struct sectors *from,
		  const struct units *units, struct chance *chance,
		  struct sectors *state);

/* Run 1, undisturbed; its trace goes to *trace. False, and noted as wrong, if
 * it does not end well. */
bool power_first_run(struct suite *suite, struct trace *trace);

/* Run 1 crashes in every way, run 2 comes after it. */
void power_try(struct suite *suite, const struct power_effort *effort);

/* The depth to which host after host may die. */
#define NESTED_RUNS 4

struct nested_effort {
	struct power_effort power; /* of the array, during each run */
	/* The host of run i + 1 dies after every so manieth unit; 0: never. */
	unsigned every[NESTED_RUNS];
};

/* Hosts die one after another, and the array with its cache goes on, until it
 * loses power, in every way. */
void power_try_nested(struct suite *suite, const struct nested_effort *effort);

/* Chains of up to four random crashes, of hosts and of the array, until so many
 * different states were tried; or for as many chains. */
void power_try_chains(struct suite *suite, unsigned distinct, uint64_t seed);

#endif
