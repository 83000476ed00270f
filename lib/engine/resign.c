// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/resign.h"

#include "base/log.h"
#include "engine/resign_lun.h"
#include "iscsi/user_session.h"
#include "lun/lun_libiscsi.h"

static int resign_in_session(struct iscsi_context *session,
			     const struct resign_request *request,
			     struct error *err)
{
	struct plan_options options = {
		.new_sr = request->new_sr_uuid,
		.drop_snapshots = request->snapshots == RESIGN_SNAPSHOTS_DROP,
	};
	struct journal_owner owner = { .scsi_id = request->scsi_id };
	struct lun_traffic traffic;
	unsigned lun_number;
	struct lun *lun;
	int failed;

	if (user_session_find_lun(session, request->scsi_id, &lun_number, err))
		return -1;
	log_info("SCSIid %s is LUN %u", request->scsi_id, lun_number);
	if (lun_libiscsi_open(session, lun_number, &lun, err))
		return -1;
	failed = resign_lun(lun, &options, &owner, NULL, err);
	traffic = lun_libiscsi_traffic(lun);
	log_info("%u SCSI commands, %llu bytes read, %llu written",
		 traffic.commands, (unsigned long long)traffic.bytes_read,
		 (unsigned long long)traffic.bytes_written);
	lun_close(lun);
	return failed;
}

int resign_over_iscsi(const struct resign_request *request, struct error *err)
{
	struct iscsi_context *session;
	int failed;

	if (user_session_open(&request->target, &session, err))
		return -1;
	failed = resign_in_session(session, request, err);
	user_session_close(session);
	return failed;
}
