// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/turn.h"

#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"

bool turn_again(struct turn *turn, struct error *err)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };

	if (err->code != ERROR_RESERVED)
		return false;
	if (!turn->until) {
		turn->until = clock_now_ms() + TURN_SECONDS * 1000;
		log_warning("%s; waiting for it, at most %d s", err->text,
			    TURN_SECONDS);
	}
	if (clock_now_ms() >= turn->until)
		return false;
	/* A signal ends it. */
	nanosleep(&pause, NULL);
	if (!stop_requested())
		return true;
	error_set(err, ERROR_INTERRUPTED,
		  "stopped by a signal while another host had the LUN");
	return false;
}

int turn_resign(const struct turn *turn, struct lun *lun,
		const struct plan_options *options,
		const struct journal_owner *owner,
		const struct txn_hooks *hooks, struct resign_report *report,
		struct error *err)
{
	struct resign_report found = { 0 };
	bool completed;

	if (!turn->until || !options)
		return resign_lun(lun, options, owner, hooks, report, err);
	if (resign_lun(lun, NULL, owner, hooks, &found, err))
		return -1;
	completed = found.outcome == RESIGN_COMPLETED;
	if (completed && report)
		*report = found;
	else
		resign_report_free(&found);
	return completed ? 0
			 : error_set(err, ERROR_LOCKED,
				     "another host has just worked on this "
				     "LUN; look at what it is now before you "
				     "try again");
}
