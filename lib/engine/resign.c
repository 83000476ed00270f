// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/resign.h"

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

/* The caller holds the LUN's lock, so that a claim of this boot on the LUN is
 * that of a run that is no more. */
static int connect_and_resign(const struct resign_request *request,
			      const struct turn *turn,
			      struct resign_report *report, struct error *err)
{
	const struct plan_options options = resign_plan_options(request);
	struct journal_owner owner = { 0 };
	struct judge judge = { .request = request };
	struct connection *connection;
	struct txn_hooks hooks;
	int failed;

	if (boot_id_read(&owner.boot, err) ||
	    connect_lun(request, &connection, err))
		return -1;
	judge.device = connection_device(connection);
	judge.names = connection_names(connection);
	owner.scsi_id = lun_names_best(judge.names);
	hooks = judge_hooks(&judge);
	failed = turn_resign(turn, connection_lun(connection),
			     request->only_recover ? NULL : &options, &owner,
			     &hooks, report, err);
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
