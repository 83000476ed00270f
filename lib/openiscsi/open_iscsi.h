// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN as a disk of this host, through its own initiator, open-iscsi.
 *
 * Which of the target's LUNs has the SCSIid is found out first, over a session
 * in this process (user_session.h) that is gone before the host's initiator is
 * asked for anything: a wrong address, name, password or SCSIid shows there,
 * in milliseconds and precisely, without a trace on the host; and the kernel
 * need only be told to look at one LUN. Both sessions have the same initiator
 * name and each a session id (ISID) of its own, so neither replaces the other
 * nor a session of the host.
 *
 * Then, under the storage manager's lock around iscsiadm:
 *   - a session of the host's to this target at one of the portals is used, and
 *     stays as it is;
 *   - else the node record is found or made (node_record.h), and we log in,
 *     without letting the kernel scan where open-iscsi can (2.0.874);
 *   - either way we are counted among the target's users (session_users.h).
 * The LUN is added to the kernel if it was not there, its disk waited for in
 * sysfs, and its SCSIid read through the kernel: it must be the one wanted.
 *
 * Detaching is the way back: the LUN goes if we added it; the session if we
 * made it, nobody else is counted and nobody else has added a LUN to it; then
 * the node record if we made it.
 */
#ifndef OPENISCSI_OPEN_ISCSI_H
#define OPENISCSI_OPEN_ISCSI_H

#include <stdbool.h>

#include "base/error.h"
#include "base/scsi_id.h"
#include "iscsi/target.h"

struct open_iscsi;

struct open_iscsi_wanted {
	/* These three must outlive the attachment. */
	const struct iscsi_target *target;
	const char *scsi_id;
	const char *lock_dir; /* HOST_LOCK_DIR */
};

/* On 0 *out is the caller's, to be given to open_iscsi_detach. On -1 all is as
 * before. The errors of user_session_open and user_session_find_lun, and:
 *   ERROR_NO_DAEMON  iscsid does not run. It is not started: it would have to
 *                    be left running or be stopped under others' feet
 *   ERROR_LOGIN      of iscsiadm
 *   ERROR_NO_DEVICE  no disk in time, or it is another LUN's */
int open_iscsi_attach(const struct open_iscsi_wanted *wanted,
		      struct open_iscsi **out, struct error *err);

/* The disk's name as in /dev: "sda". */
const char *open_iscsi_disk(const struct open_iscsi *attached);

/* What the LUN is called. */
const struct lun_names *open_iscsi_names(const struct open_iscsi *attached);

/* NULL is fine. The disk must not be open any more. What cannot be undone is
 * logged. Not interrupted by signals. */
void open_iscsi_detach(struct open_iscsi *attached);

#endif
