// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What keeps an SR that can be read from being resigned.
 */
#ifndef SR_REFUSALS_H
#define SR_REFUSALS_H

#include "sr/snapshot.h"

/*
 * What SM has put on the LUN and is not known here. An LV is somebody else's,
 * and may be left alone, only if nothing of SM speaks of it: to keep what a
 * newer SM made would leave a clone that works on its original's disks.
 *
 * ERROR_LUN_CONTENT with the LV's name if there is such a thing. */
int unknown_check(const struct snapshot *snap, struct error *err);

/*
 * What becomes of an operation that SM was in the middle of when the LUN was
 * cloned, once SM attaches the SR under new uuids. Its replay may ask xapi for
 * the record of a VDI, which a new uuid has none of before the first scan.
 *
 * Source: sm libs/sm/drivers/LVHDSR.py (_handleInterruptedCloneOp), cleanup.py
 * (_handleInterruptedCoalesceLeaf), journaler.py; seen with upstream SM.
 */
enum in_flight {
	IN_FLIGHT_NONE,	      /* the LV is no journal */
	IN_FLIGHT_WORKS,      /* SM completes or undoes it at sr_attach */
	IN_FLIGHT_FAILS_ONCE, /* sr_attach fails once, and then works */
	IN_FLIGHT_FAILS,      /* sr_attach fails until xapi has a record of */
};			      /* the VDI that *vdi is */

/* Of LV number `lv`. *vdi: the VDI that the operation is on, if its name tells;
 * else zeros. */
enum in_flight in_flight_of(const struct snapshot *snap, uint32_t lv,
			    struct uuid *vdi);

/* ERROR_LUN_CONTENT if one fails, with what to do. */
int in_flight_check(const struct snapshot *snap, struct error *err);

#endif
