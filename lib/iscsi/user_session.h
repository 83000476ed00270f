// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A session of our own, in this process (libiscsi): the kernel, udev and LVM of
 * the host never see the LUN.
 *
 * The process must ignore SIGPIPE: libiscsi writes data with writev(), and a
 * target may hang up at any time.
 */
#ifndef ISCSI_USER_SESSION_H
#define ISCSI_USER_SESSION_H

#include <iscsi/iscsi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "iscsi/target.h"

/* Logs in at the first portal that answers; *out is the caller's, to be given
 * to user_session_close. Portals that do not resolve, do not answer or are out
 * of service, or that refuse us, are passed over; but a wrong password is
 * final, for tried at every portal it may lock the account. The errors:
 *   ERROR_BAD_VALUE  iscsi_target_check
 *   ERROR_RESOLVE    no portal's host name resolves
 *   ERROR_CONNECT    nothing listens, or it does not answer in time
 *   ERROR_LOGIN      refused, on either side
 *   ERROR_DISCOVERY  the target has no such IQN, for this initiator
 *   ERROR_INTERRUPTED  a signal has come (base/stop.h)
 * Name resolution has the resolver's own time limit, all else one of ours. */
int user_session_open(const struct iscsi_target *target,
		      struct iscsi_context **out, struct error *err);

/* For whoever tries many targets; all zero but `until` at first. */
struct session_limits {
	int64_t until; /* as of clock_now_ms: no login begins after it */
	struct iscsi_portal *dead; /* where nobody has answered; the caller's
				    * to free, the names are the targets' */
	size_t dead_count;
};

/* The same, but portals that are dead by now are passed over, as are all when
 * the time is over: ERROR_CONNECT. Whether the target is offered at all is not
 * looked up. */
int user_session_open_within(const struct iscsi_target *target,
			     struct session_limits *limits,
			     struct iscsi_context **out, struct error *err);

/* The same as user_session_open from portal *portal on, which becomes the one
 * that was taken: for who goes on with the next, since this one has not got
 * what he looks for. */
int user_session_open_from(const struct iscsi_target *target, unsigned *portal,
			   struct iscsi_context **out, struct error *err);

/* Finds a LUN (user_luns.h). ERROR_NO_SCSIID: none, or several, have this name;
 * the text lists what is there. */
struct lun_wanted;
struct user_lun;
int user_session_find_lun(struct iscsi_context *session,
			  const struct lun_wanted *wanted, struct user_lun *out,
			  struct error *err);

/* Logs out, if that takes no more than a moment, and frees; NULL is fine. A
 * target that does not answer sees the connection closed instead. */
void user_session_close(struct iscsi_context *session);

/* A session that serves the LUNs of a target one after the other, where each
 * would log in anew. All zero: there is none. Only one at which all went well
 * is kept: nothing of the LUN before is under way in it, and none is fenced. */
struct kept_session {
	struct iscsi_context *session;
	const struct iscsi_target *target; /* the caller's */
};

/* The session, which is the caller's then, if there is one to this target; one
 * to another target is closed. NULL: none. The target may have ended it by now. */
struct iscsi_context *kept_session_take(struct kept_session *kept,
					const struct iscsi_target *target);

void kept_session_close(struct kept_session *kept);

/* Waiting for a libiscsi session: one poll() with a deadline.
 *
 * libiscsi has no clock of its own; whoever drives a session bounds the wait.
 * Times are as of base/clock.h.
 *
 * Waits until the socket is ready or `until` has come. Returns the ready events
 * for session_serve(), 0 at `until`, -1 if the session has no connection. */
int session_wait(struct iscsi_context *session, int64_t until);

/* iscsi_service(), with an end: while commands are under way libiscsi reads as
 * long as there is something to read, so a target that never stops sending would
 * keep it for ever. After half a minute the connection is cut. -1: the session is
 * lost. Takes SIGALRM. */
int session_serve(struct iscsi_context *session, int events);

/* Gives libiscsi bytes as if they came from the target, and serves it until it has
 * read them: for PDUs that it would not take as the target sends them. Meanwhile it
 * does not see its own socket. -1 as of session_serve. */
int session_feed(struct iscsi_context *session, const uint8_t *bytes,
		 size_t len);

/* One login at one portal (user_login.c): resolves the portal's host, connects
 * to the first of its addresses that takes a connection, logs in, and follows a
 * target that sends us elsewhere. Without an iqn the session is a discovery
 * session. On failure *final tells that another portal would answer the same.
 * Errors as in user_session_open. */
int user_login(const struct iscsi_target *target,
	       const struct iscsi_portal *portal, struct iscsi_context **out,
	       bool *final, struct error *err);

/* Which of two failures, at two portals, tells the user more: the greater. */
int user_login_weight(enum error_code code);

#endif
