// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Failing reads, writes, flushes and swaps: the n-th call, for every n, once and
 * for good; with nothing, half or all of it done. The words of the error must
 * be true, and a new run on the healthy disk must make it good.
 */
#ifndef TESTS_CRASH_FAULTS_H
#define TESTS_CRASH_FAULTS_H

#include "judge.h"

/* `subsets`: how many power failures are tried right after each fault. */
void faults_try(struct suite *suite, unsigned subsets, uint64_t seed);

/* The same in the run that comes after a crash, for every `every`-th crash. */
void faults_try_recovery(struct suite *suite, unsigned every, unsigned subsets,
			 uint64_t seed);

#endif
