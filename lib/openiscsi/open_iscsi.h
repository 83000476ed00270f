// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN as a disk of this host, through its own initiator, open-iscsi.
 *
 * One rule: if the host has any session to this IQN, by whichever portal, we
 * use it and own nothing but the scan for the LUN; if it has none, we own
 * everything, and the storage manager's count of users has one line, ours.
 *
 * Where a session of the host's has the LUN, nobody logs in. Else the LUN's
 * number is found out over a session in this process (user_session.h) that is
 * gone before the host's initiator is asked for anything: a wrong address,
 * name, password or SCSIid shows there, in milliseconds and precisely, without
 * a trace on the host; and the kernel need only be told to look at one LUN.
 *
 * What changes the host's sessions runs under the storage manager's lock around
 * iscsiadm. A node record that we make is there for the login alone
 * (node_record.h); it is no part of a session, nor needed to end one.
 *
 * Detaching is the way back: the LUN goes if we added it. Whoever leaves last
 * logs out, if one of those who were counted would have (sr_ref.h): so a
 * session of ours that others have come to use stays for them, with all of its
 * LUNs and, where the host has multipathing, its other paths, as their own
 * login would have made it; and one of the storage manager's ends that it left
 * to us. What a run could not undo that was killed, or whose iscsiadm was, the
 * next one to this target undoes.
 */
#ifndef OPENISCSI_OPEN_ISCSI_H
#define OPENISCSI_OPEN_ISCSI_H

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
 *   ERROR_BAD_VALUE  a CHAP name or password that open-iscsi cannot take
 *   ERROR_NO_DAEMON  iscsid cannot be started, or does not answer
 *   ERROR_LOGIN      of iscsiadm
 *   ERROR_NO_DEVICE  no disk in time, or it is another LUN's
 * May be interrupted by a signal (base/stop.h). */
int open_iscsi_attach(const struct open_iscsi_wanted *wanted,
		      struct open_iscsi **out, struct error *err);

/* The disk's name as in /dev: "sda". */
const char *open_iscsi_disk(const struct open_iscsi *attached);

/* What the LUN is called, as it says itself. */
const struct lun_names *open_iscsi_names(const struct open_iscsi *attached);

/* NULL is fine. The disk must not be open any more. What cannot be undone is
 * logged. Not interrupted by signals. */
void open_iscsi_detach(struct open_iscsi *attached);

#endif
