// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LVM works on a LUN that a crash has left: after every crash of a run, and of
 * the run that completes it, LVM commits once more if it can still read the LUN,
 * and then a new run comes. The journal must not be applied over LVM's work: it
 * is ignored or the LUN refused.
 */
#ifndef TESTS_CRASH_USED_H
#define TESTS_CRASH_USED_H

#include "power.h"

/* Of the crashes that are completed, every `every`th is. */
void used_try(struct suite *suite, const struct power_effort *effort,
	      unsigned every);

#endif
