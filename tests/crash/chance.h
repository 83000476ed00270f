// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Chance that can be had again. The program under test takes its randomness
 * from libuuid, and its waits from nanosleep(2); in the crash tests both are
 * ours. So a run from the same seed makes the same
 * identifiers, its result can be compared byte for byte, and no test waits.
 */
#ifndef TESTS_CRASH_CHANCE_H
#define TESTS_CRASH_CHANCE_H

#include <stdint.h>

struct chance {
	uint64_t seed, state;
};

void chance_seed(struct chance *chance, uint64_t seed);
uint64_t chance_next(struct chance *chance);

/* Below `n`, which is not 0. */
uint64_t chance_below(struct chance *chance, uint64_t n);

/* Where the program under test has its randomness from, from now on; NULL for
 * nothing in particular. */
void chance_use(struct chance *chance);
struct chance *chance_used(void);

/* Begins the used one anew. The disk does so whenever its first block is read,
 * with which each try of a resign begins: so its identifiers depend on the seed
 * alone, whatever a recovery before it has used up. */
void chance_restart(void);

/* What a wait does: NULL for nothing. */
void chance_on_sleep(void (*sleep)(void));

#endif
