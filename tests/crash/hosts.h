// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Two hosts at once on one LUN: their reads, writes, flushes and swaps in many
 * orders. Whatever they answer, the LUN must be the whole result of the run
 * that committed last, or the original. First on the LUN as it was, then on one
 * with the claim of a third host, which died right before its commit.
 */
#ifndef TESTS_CRASH_HOSTS_H
#define TESTS_CRASH_HOSTS_H

#include "judge.h"

struct hosts_effort {
	unsigned switches; /* every order with so many changes of host */
	unsigned random;   /* and so many at random */
	uint64_t seed;
	/* A host that waits for another gives it time to go on. If not, hosts
	 * stall: every wait is over before the other has moved at all. */
	bool timely;
};

void hosts_try(struct suite *suite, const struct hosts_effort *effort);

#endif
