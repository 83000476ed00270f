// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A session of our own. On its unix socket xapi takes root's word without a
 * password, as of the storage manager (SM's util.py: get_localAPI_session);
 * also on a pool's member, whose calls it passes on to the master.
 */
#ifndef XAPI_LOGIN_H
#define XAPI_LOGIN_H

#include "xapi/xapi.h"

/* As xapi_open, but the session is made; `originator` is who xapi is told we
 * are, and options->session_ref does not count. To be given to xapi_logout. */
int xapi_login(const struct xapi_options *options, const char *originator,
	       struct xapi **out, struct error *err);

/* Ends the session, and xapi_close; NULL is fine. */
void xapi_logout(struct xapi *xapi);

#endif
