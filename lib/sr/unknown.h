// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What SM has put on the LUN and is not known here. An LV is somebody else's,
 * and may be left alone, only if nothing of SM speaks of it: to keep what a
 * newer SM made would leave a clone that works on its original's disks.
 */
#ifndef SR_UNKNOWN_H
#define SR_UNKNOWN_H

#include "sr/snapshot.h"

/* ERROR_LUN_CONTENT with the LV's name if there is such a thing. */
int unknown_check(const struct snapshot *snap, struct error *err);

#endif
