// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A line of the storage manager's file of the users of a target's sessions
 * (session_users.h): a user's uuid, and behind it, if it is a run of ours, what
 * the storage manager keeps and does not look at:
 *
 *   <uuid> relvmoiscsi <pid> <start> [s<after>|S<after>] [r] [l<lun>] … .
 *
 * start: of the process, as of /proc/<pid>/stat, for numbers are used again. s:
 * a session, whose number is above <after>, that has only the LUNs that were
 * asked for (S: all of them). r: a node record. l: a LUN of the session. Blanks
 * fill the line up, to change it in place; the dot keeps the storage manager
 * from taking them off.
 */
#ifndef OPENISCSI_USERS_LINE_H
#define OPENISCSI_USERS_LINE_H

#include "base/uuid.h"
#include "openiscsi/session_users.h"

/* Of each line of ours, with its newline. */
#define USERS_LINE_LEN 112

enum user_kind {
	USER_NOBODY, /* not a user's line */
	USER_OTHER,
	USER_OURS, /* a run of ours, which lives */
	USER_DEAD, /* … which does not */
};

struct users_line {
	enum user_kind kind;
	struct uuid user;
	/* USER_OURS and USER_DEAD */
	struct session_traces traces;
	long pid;
	unsigned long long start;
};

/* `text` has no newline. */
struct users_line users_line_read(const char *text);

/* For this process. */
struct users_line users_line_new(const struct uuid *user);

/* A line of ours, which ends in a newline and has no NUL. */
void users_line_print(const struct users_line *line, char out[USERS_LINE_LEN]);

#endif
