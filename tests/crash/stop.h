// SPDX-License-Identifier: LGPL-2.1-only
/*
 * An image file as a run leaves it that is cut short at a certain point.
 */
#ifndef TESTS_CRASH_STOP_H
#define TESTS_CRASH_STOP_H

#include "sim_disk.h"

/* `point`: prepared (right before the commit), committed, half (of what lies
 * among the LVs), applied (all of it), half-switched, switched, wiped. False,
 * with words on stderr. */
bool stop_at(const struct sim_base *base, const char *image, const char *sr,
	     uint32_t block_size, const char *point);

#endif
