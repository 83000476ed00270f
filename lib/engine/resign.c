// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/resign.h"

#include <string.h>

#include "base/log.h"
#include "engine/connect.h"
#include "engine/guard_pool.h"
#include "engine/judge.h"
#include "engine/turn.h"
#include "host/boot_id.h"
#include "host/lock.h"

struct plan_options resign_plan_options(const struct resign_request *request)
{
	return (struct plan_options){
		.new_sr = request->new_sr_uuid,
		.drop_snapshots = request->snapshots == RESIGN_SNAPSHOTS_DROP,
		.chosen = request->chosen,
		.from = request->from,
		.from_count = request->from_count,
	};
}

static int resign_connected(const struct resign_request *request,
			    const struct turn *turn,
			    struct connection *connection,
			    struct resign_report *report, struct error *err)
{
	const struct plan_options options = resign_plan_options(request);
	struct judge judge = {
		.request = request,
		.lun = connection_lun(connection),
		.names = connection_names(connection),
		.device = connection_device(connection),
	};
	struct journal_owner owner = { .scsi_id = lun_names_best(judge.names) };
	struct txn_hooks hooks = judge_hooks(&judge);

	if (boot_id_read(&owner.boot, err))
		return -1;
	return turn_resign(turn, judge.lun,
			   request->only_recover ? NULL : &options, &owner,
			   &hooks, report, err);
}

/* The lock that the caller holds is of the name by which the LUN was asked for.
 * Who asks by another one meets us at the best of all. With it held a claim of
 * this boot on the LUN is that of a run that is no more. */
static int lock_and_resign(const struct resign_request *request,
			   const struct turn *turn,
			   struct connection *connection,
			   struct resign_report *report, struct error *err)
{
	const char *best = lun_names_best(connection_names(connection));
	struct host_lock lock;
	int failed;

	if (strcmp(best, request->scsi_id) == 0)
		return resign_connected(request, turn, connection, report, err);
	log_info("SCSIid %s is a name of LUN %s", request->scsi_id, best);
	if (host_lock_lun(HOST_LOCK_DIR, best, &lock, err))
		return -1;
	failed = resign_connected(request, turn, connection, report, err);
	host_lock_release(&lock);
	return failed;
}

static int connect_and_resign(const struct resign_request *request,
			      const struct turn *turn,
			      struct resign_report *report, struct error *err)
{
	struct connection *connection;
	int failed;

	if (connect_lun(request, &connection, err))
		return -1;
	failed = lock_and_resign(request, turn, connection, report, err);
	disconnect(connection);
	return failed;
}

static int guard_and_resign(const struct resign_request *request,
			    struct resign_report *report, struct error *err)
{
	struct lun_names asked;
	struct turn turn = { 0 };
	int failed;

	/* What is on record is refused before anybody logs in. */
	lun_names_set(&asked, request->scsi_id);
	if (guard_pool_lun(request, &asked, NULL, err))
		return -1;
	do {
		failed = connect_and_resign(request, &turn, report, err);
	} while (failed && turn_again(&turn, err));
	return failed;
}

int resign_over_iscsi(const struct resign_request *request,
		      struct resign_report *report, struct error *err)
{
	struct host_lock lock;
	int failed;

	if (host_lock_lun(HOST_LOCK_DIR, request->scsi_id, &lock, err))
		return -1;
	failed = guard_and_resign(request, report, err);
	host_lock_release(&lock);
	return failed;
}
