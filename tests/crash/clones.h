// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Clones that the storage array makes of a LUN in the middle of a resign: they
 * have another SCSIid and must never get the same identifiers.
 */
#ifndef TESTS_CRASH_CLONES_H
#define TESTS_CRASH_CLONES_H

#include "power.h"

/* In every state that a crash may leave, for that is what an array may see. */
void clones_try(struct suite *suite, const struct power_effort *effort);

#endif
