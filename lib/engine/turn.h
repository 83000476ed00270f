// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Hosts take turns at a LUN. Whoever finds it reserved by another host waits a
 * little, then reads everything anew and completes what that host committed, if
 * its turn ended there. It begins no resign of its own: the other has most
 * likely just done so, and the LUN would get new identifiers twice.
 */
#ifndef ENGINE_TURN_H
#define ENGINE_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/resign_lun.h"

/* All zero at first. */
struct turn {
	int64_t until; /* base/clock.h; 0: nobody was in the way so far */
};

/* After a failed try: whether the LUN is to be tried again from its beginning,
 * login included. It waits in here, and says so. False, with the words of the
 * last try, once TURN_SECONDS are over, or with ERROR_INTERRUPTED. */
#define TURN_SECONDS 5
bool turn_again(struct turn *turn, struct error *err);

/* resign_lun; after another host's turn without `options`, and ERROR_LOCKED if
 * there is nothing to complete. */
int turn_resign(const struct turn *turn, struct lun *lun,
		const struct plan_options *options,
		const struct journal_owner *owner,
		const struct txn_hooks *hooks, struct resign_report *report,
		struct error *err);

#endif
