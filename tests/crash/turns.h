// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Two runs as coroutines that take turns: a turn ends before a call on the LUN.
 */
#ifndef TESTS_CRASH_TURNS_H
#define TESTS_CRASH_TURNS_H

#include "worlds.h"

#define TURNS_HOSTS 2

struct turns_host {
	struct run run;
	int failed;
	struct error err;
	bool over;
	unsigned calls;
};

/* Starts both on this disk, which is shared. */
void turns_start(struct sim_disk *disk, struct turns_host hosts[TURNS_HOSTS],
		 bool timely);

/* Has a host make up to `calls` calls, or come to its end. */
void turns_go(unsigned host, unsigned calls);

/* Both have come to their end. */
void turns_finish(void);

#endif
