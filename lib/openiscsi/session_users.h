// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Who on this host uses the sessions to a target: the storage manager's files
 * /run/sr-ref/<target IQN>, a line with a uuid for each user. It logs out all
 * sessions to a target when it has taken its own line out and no other is left,
 * so whoever relies on a session has one.
 *
 * Ours says behind the uuid what we have made and have to undo (users_line.h),
 * and says so before it is made: so the line of a run that was killed tells the
 * next run what to undo; and a run that leaves while another one of ours stays
 * leaves the session to that one.
 *
 * All calls need the storage manager's lock around iscsiadm, which keeps our
 * runs apart. The storage manager itself has no lock for these files, and may
 * add its line at any moment. So we never shorten the file, nor write over
 * lines but our own: those that go become blanks, which nobody counts, and
 * which the next of our lines takes.
 *
 * Source: xapi-project/sm, core/util.py.
 */
#ifndef OPENISCSI_SESSION_USERS_H
#define OPENISCSI_SESSION_USERS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/uuid.h"

struct session_traces {
	bool session;
	unsigned after;	   /* the highest session number before it */
	bool scans_itself; /* it has all LUNs, asked for or not */
	bool record;
	bool lun;
	unsigned lun_number;
};

/* Adds our line under a new uuid, which is *us. *left is what runs left behind
 * that were killed: of LUNs `lun` only. ERROR_INTERNAL. */
int session_users_join(const char *iqn, unsigned lun, struct uuid *us,
		       struct session_traces *left, struct error *err);

/* Puts into our line what we have made, or are about to. ERROR_INTERNAL. */
int session_users_note(const char *iqn, const struct uuid *us,
		       const struct session_traces *traces, struct error *err);

/* Whether nobody else uses the target's sessions; false if that cannot be told.
 */
bool session_users_alone(const char *iqn, const struct uuid *us);

/* Takes our line out. True if others are there. A file that names nobody goes.
 * *traces is what is ours to undo now: what our line said, with what others
 * have left to us; but neither session nor record where another run of ours
 * stays, which has got them. Where session or record are to be undone and
 * nobody else is there, our line stays and says so, until session_users_undone:
 * we may be killed on the way. */
bool session_users_leave(const char *iqn, const struct uuid *us,
			 struct session_traces *traces);

/* Takes out what session_users_leave has let stay. */
void session_users_undone(const char *iqn, const struct uuid *us);

#endif
