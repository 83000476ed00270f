// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Who on this host uses the sessions to a target: the storage manager's files
 * /run/sr-ref/<target IQN>, a line with a uuid for each user. It logs out all
 * sessions to a target when it has taken its own line out and no other is left,
 * so whoever relies on a session has one.
 *
 * Ours names us and our process behind the uuid, which the storage manager
 * keeps and does not look at: a line of a run that was killed is recognised,
 * and goes with the next run.
 *
 * The storage manager has no lock for these files; a line is added by one
 * write(), and the file rewritten in one, to keep the moment short.
 *
 * Source: xapi-project/sm, core/util.py.
 */
#ifndef ISCSI_SESSION_USERS_H
#define ISCSI_SESSION_USERS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/uuid.h"

/* Adds our line under a new uuid, which is *us. ERROR_INTERNAL. */
int session_users_join(const char *iqn, struct uuid *us, struct error *err);

/* Takes it out. True if others are there. A file that names nobody goes. */
bool session_users_leave(const char *iqn, const struct uuid *us);

#endif
