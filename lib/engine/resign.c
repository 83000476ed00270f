// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/resign.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "engine/judge.h"
#include "engine/resign_lun.h"
#include "host/refresh.h"
#include "host/this_host.h"
#include "xapi/host.h"

/* ---- taking turns ---- */

/* Whoever finds the LUN reserved by another host waits a little, then reads
 * everything anew and completes what that host committed, if its turn ended
 * there. It begins no resign of its own, unless it is told from which SR: the
 * other has most likely just done so, and the LUN would get new identifiers
 * twice. */
#define TURN_SECONDS 5

struct turn {
	int64_t until; /* base/clock.h; 0: nobody was in the way so far */
};

/* After a failed try: whether the LUN is to be tried again from its beginning,
 * login included. */
static bool turn_again(struct turn *turn, struct error *err)
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

/* resign_lun; after another host's turn it only completes. */
static int turn_resign(const struct turn *turn, struct lun *lun,
		       const struct plan_options *options,
		       const struct journal_owner *owner,
		       const struct txn_hooks *hooks,
		       struct resign_report *report, struct error *err)
{
	struct resign_report found = { 0 };
	bool completed;

	if (!turn->until || !options || options->from_count)
		return resign_lun(lun, options, owner, hooks, report, err);
	if (resign_lun(lun, NULL, owner, hooks, &found, err))
		return -1;
	completed = found.outcome == RESIGN_COMPLETED;
	if (completed && report)
		*report = found;
	else
		sr_report_free(&found.sr);
	return completed ? 0
			 : error_set(err, ERROR_LOCKED,
				     "another host has just worked on this "
				     "LUN; look at what it is now before you "
				     "try again");
}

/* ---- the story ---- */

struct job {
	const struct resign_request *request;
	bool asked; /* xapi, by the name that we were given */
	struct turn turn;
	struct scsi_id scsi_id;
	bool shared; /* a disk of other hosts, too */
	struct lun_names names;
	struct resign_report *report;
};

/* This process holds the LUN's lock, so that a claim of this boot on the LUN is
 * that of a run that is no more. */
static int resign_reached(const struct reached *lun, void *context,
			  struct error *err)
{
	struct job *job = context;
	const struct resign_request *request = job->request;
	struct journal_owner owner = { .scsi_id = lun_names_best(&lun->names),
				       .place = lun->place };
	struct judge judge = { request, lun };
	struct txn_hooks hooks = judge_hooks(&judge);

	snprintf(job->scsi_id.text, sizeof(job->scsi_id.text), "%s",
		 owner.scsi_id);
	job->shared = lun->shared;
	job->names = lun->names;
	if (boot_id_read(&owner.boot, err) ||
	    (!job->asked && guard_pool_lun(request, lun, NULL, err)))
		return -1;
	return turn_resign(&job->turn, lun->lun,
			   request->only_recover ? NULL : &request->plan,
			   &owner, &hooks, job->report, err);
}

/* What is on record is refused before anybody logs in. */
static int ask_first(const struct lun_choice *choice, struct job *job,
		     struct error *err)
{
	struct reached asked = { .iqn = choice->target.iqn };

	if (choice->path || !choice->lun.scsi_id)
		return 0;
	snprintf(job->scsi_id.text, sizeof(job->scsi_id.text), "%s",
		 choice->lun.scsi_id);
	lun_names_set(&asked.names, choice->lun.scsi_id);
	job->asked = true;
	return guard_pool_lun(job->request, &asked, NULL, err);
}

/* Where the LUN is a disk, by whichever way we have reached it, what was known of
 * its content is old. */
static void refresh(const struct job *job)
{
	const struct resign_request *request = job->request;

	if (!lun_names_best(&job->names)[0])
		return;
	host_refresh(&job->names);
	if (job->shared && request->xapi)
		xapi_hosts_refresh(request->xapi, request->own_host,
				   lun_names_best(&job->names));
}

int resign(const struct lun_choice *choice,
	   const struct resign_request *request, struct scsi_id *scsi_id,
	   struct resign_report *report, struct error *err)
{
	struct job job = { .request = request, .report = report };
	int failed = ask_first(choice, &job, err);

	if (!failed) {
		do {
			failed = reach(choice, REACH_TO_WRITE, resign_reached,
				       &job, err);
		} while (failed && turn_again(&job.turn, err));
	}
	if (!failed)
		refresh(&job);
	if (scsi_id)
		*scsi_id = job.scsi_id;
	return failed;
}
