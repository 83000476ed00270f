// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A session of our own, in this process (libiscsi): the kernel, udev and LVM of
 * the host never see the LUN.
 */
#ifndef ISCSI_USER_SESSION_H
#define ISCSI_USER_SESSION_H

#include <iscsi/iscsi.h>

#include "base/error.h"
#include "iscsi/target.h"

/* Logs in at the first portal that answers; *out is the caller's, to be given
 * to user_session_close. Errors: ERROR_RESOLVE, ERROR_CONNECT, ERROR_LOGIN,
 * ERROR_DISCOVERY (the target has no such IQN). */
int user_session_open(const struct iscsi_target *target,
		      struct iscsi_context **out, struct error *err);

/* Finds the LUN whose SCSIid (what `scsi_id -g` prints) is `scsi_id`: REPORT
 * LUNS, then VPD page 0x83 of each. ERROR_NO_SCSIID if none or several have
 * it. */
int user_session_find_lun(struct iscsi_context *session, const char *scsi_id,
			  unsigned *lun_number, struct error *err);

/* Logs out and frees; NULL is fine. */
void user_session_close(struct iscsi_context *session);

#endif
