// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/resign_choice.h"

#include <string.h>

#include "engine/guard_pool.h"
#include "engine/judge.h"
#include "engine/lun_path.h"
#include "engine/turn.h"
#include "host/boot_id.h"
#include "host/lock.h"

static int try_path(const struct lun_path *path,
		    const struct resign_request *request,
		    const struct turn *turn, struct resign_report *report,
		    struct error *err)
{
	const struct plan_options options = resign_plan_options(request);
	struct journal_owner owner = {
		.scsi_id = lun_names_best(&path->names),
		.place = path->place,
	};
	struct judge judge = {
		.request = request,
		.names = &path->names,
		.device = path->is_file ? NULL : path->device,
	};
	struct txn_hooks hooks;
	int failed;

	if (boot_id_read(&owner.boot, err) ||
	    guard_pool_lun(request, &path->names, NULL, err) ||
	    lun_path_open(path, &judge.lun, err))
		return -1;
	hooks = judge_hooks(&judge);
	failed = turn_resign(turn, judge.lun, request->only_recover ? NULL : &options,
			     &owner, &hooks, report, err);
	lun_close(judge.lun);
	return failed;
}

static int run(const struct lun_path *path,
	       const struct resign_request *request,
	       struct resign_report *report, struct error *err)
{
	struct turn turn = { 0 };
	int failed;

	do {
		failed = try_path(path, request, &turn, report, err);
	} while (failed && turn_again(&turn, err));
	return failed;
}

static int resign_path(const struct lun_path *path,
		       const struct resign_request *request,
		       struct resign_report *report, struct error *err)
{
	char name[LUN_PATH_LOCK_SIZE];
	struct host_lock lock;
	int failed;

	/* A file is locked by itself, so that it takes no root. */
	if (path->is_file)
		return run(path, request, report, err);
	lun_path_lock_name(path, name);
	if (host_lock_lun(HOST_LOCK_DIR, name, &lock, err))
		return -1;
	failed = run(path, request, report, err);
	host_lock_release(&lock);
	return failed;
}

int resign_choice(const struct lun_choice *choice,
		  const struct resign_request *request,
		  struct scsi_id *scsi_id, struct resign_report *report,
		  struct error *err)
{
	struct resign_request mine = *request;
	struct lun_path path;

	*scsi_id = (struct scsi_id){ "" };
	mine.scsi_id = scsi_id->text;
	if (choice->path) {
		if (lun_path_find(choice->path, &path, err))
			return -1;
		strncat(scsi_id->text, lun_names_best(&path.names),
			SCSI_ID_SIZE - 1);
		if (path.is_file)
			mine.xapi = NULL;
		return resign_path(&path, &mine, report, err);
	}
	mine.target = choice->target;
	if (choice->scsi_id)
		strncat(scsi_id->text, choice->scsi_id, SCSI_ID_SIZE - 1);
	else if (open_lun_find_id(choice, scsi_id, err))
		return -1;
	return resign_over_iscsi(&mine, report, err);
}
