// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Waiting for a libiscsi session: one poll() with a deadline.
 *
 * libiscsi has no clock of its own; whoever drives a session bounds the wait.
 * Times are as of base/clock.h.
 */
#ifndef ISCSI_SESSION_IO_H
#define ISCSI_SESSION_IO_H

#include <stdint.h>

#include <iscsi/iscsi.h>

/* Waits until the socket is ready or `until` has come. Returns the ready events
 * for iscsi_service(), 0 at `until`, -1 if the session has no connection. */
int session_wait(struct iscsi_context *session, int64_t until);

#endif
