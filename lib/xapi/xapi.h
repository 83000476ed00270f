// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xapi, as the storage backend reaches it: by its unix socket, in the session
 * that came with the call.
 *
 * The session ends when the toolstack restarts, and the backend lives on. So
 * whatever xapi is to be asked, it is asked before the first write.
 */
#ifndef XAPI_XAPI_H
#define XAPI_XAPI_H

#include "base/error.h"

/* Longest wait for one answer. xapi answers in milliseconds, but may be busy
 * with a big pool's start. */
#define XAPI_TIMEOUT_MS 60000

/* The same for who only reads, and can do without: a pool member's xapi waits
 * for its master, which may be dead. */
#define XAPI_READER_TIMEOUT_MS 3000

struct xapi_options {
	const char *socket;
	const char *session_ref; /* secret: never into a log or an error */
	int timeout_ms;
};

struct xapi;

/* Copies the options; connects to nothing. ERROR_XAPI: no session. */
int xapi_open(const struct xapi_options *options, struct xapi **out,
	      struct error *err);

/* From now on xapi's answers may take so long all together, besides each its
 * own time; 0: just that again. NULL is fine. */
void xapi_limit(const struct xapi *xapi, int ms);

/* Wipes and frees; NULL is fine. The session itself is xapi's to end. */
void xapi_close(struct xapi *xapi);

/* A session of our own. On its unix socket xapi takes root's word without a
 * password, as of the storage manager (SM's util.py: get_localAPI_session);
 * also on a pool's member, whose calls it passes on to the master.
 *
 * As xapi_open, but the session is made; `originator` is who xapi is told we
 * are, and options->session_ref does not count. To be given to xapi_logout. */
int xapi_login(const struct xapi_options *options, const char *originator,
	       struct xapi **out, struct error *err);

/* Ends the session, and xapi_close; NULL is fine. */
void xapi_logout(struct xapi *xapi);

#endif
