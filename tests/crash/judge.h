// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The verdict on one state of a LUN: what a run must make of it, and whether it
 * did. Goes by the journal's head, if the state holds a committed one, and by
 * the bytes outside of free ring space; not by the program's own search.
 */
#ifndef TESTS_CRASH_JUDGE_H
#define TESTS_CRASH_JUDGE_H

#include "worlds.h"

#define WRONG_KINDS 16

/* One LUN under test: an image, a block size, a disk that can swap or not. */
struct suite {
	char name[128];
	const struct sim_base *base;
	uint32_t block_size, atom;
	enum sim_means means;
	struct worlds *worlds;
	struct sim_disk disk; /* what runs run on */

	unsigned long total;	 /* states tried */
	unsigned long distinct;	 /* of them, different ones */
	unsigned long failed;	 /* verdicts: lost, mixed, left over … */
	unsigned long left_over; /* results with rubbish in free ring space */
	struct {
		const char *fmt;
		unsigned long count;
	} wrong[WRONG_KINDS];
	uint64_t *seen; /* hashes of states; 0 is free */
	size_t seen_size, seen_count;
	char where[160]; /* how the present state came to be, for reports */

	const char *samples_dir; /* or NULL: see overlay.h */
	unsigned samples, since_sample;
	bool kinds[128];
};

void suite_init(struct suite *suite, const struct sim_base *base,
		struct worlds *worlds, uint32_t atom);
void suite_free(struct suite *suite);

void suite_begin(struct suite *suite, const char *what);
/* Prints a line for what was tried since; whether no more than `known` in a
 * thousand is wrong. */
bool suite_end(struct suite *suite, unsigned known);

/* Counts a state; whether it is one that was not tried yet by run `salt`. */
bool suite_is_new(struct suite *suite, const struct sectors *state,
		  unsigned salt);

/* Notes a wrong verdict; the first few are printed. Returns false. */
bool suite_wrong(struct suite *suite, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

struct found_state {
	bool committed;		 /* a committed head is there */
	uint64_t body, body_end; /* sectors of that journal */
	unsigned world;	 /* what the LUN is, or will be when completed */
	unsigned result; /* what run `number` must make of it */
};

/* Whether the journal's head in a state says this. */
bool sectors_head(const struct sectors *state, enum journal_state wanted,
		  struct journal_head *head);

/* What a state is and must become; false, and noted as wrong, if it is nothing
 * that may be. */
bool judge_state(struct suite *suite, const struct sectors *state,
		 unsigned number, struct found_state *out);

/* Whether the disk holds this world now and, if there was a committed journal
 * (NULL for none), nothing of that. Rubbish that other runs have left in free
 * ring space is only counted. */
bool judge_result(struct suite *suite, unsigned world,
		  const struct found_state *journal);

/* The whole trial of one state: what it is, recovery alone, and a new run with
 * its result. The disk then holds the result and the trace of the run. */
bool judge_trial(struct suite *suite, const struct sectors *state,
		 const struct run *run);

#endif
