// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "xapi/call.h"

#define USER "root"

/* A signal ends the work, not the tidying up after it. */
#define LOGOUT_MS 5000

/* The call's first argument, elsewhere the session, is the user's name. */
static int ask_for_session(const struct xapi *xapi, const char *originator,
			   char **session_ref, struct error *err)
{
	static const char method[] = "session.login_with_password";

	/* no password, any version */
	return xapi_call_text(xapi, method,
			      json_pack("[s, s, s]", "", "", originator),
			      session_ref, NULL, err);
}

int xapi_login(const struct xapi_options *options, const char *originator,
	       struct xapi **out, struct error *err)
{
	struct xapi_options mine = *options;
	char *session_ref;
	struct xapi *xapi;
	int failed;

	mine.session_ref = USER;
	if (xapi_open(&mine, &xapi, err))
		return -1;
	failed = ask_for_session(xapi, originator, &session_ref, err);
	xapi_close(xapi);
	if (failed)
		return -1;
	mine.session_ref = session_ref;
	failed = xapi_open(&mine, out, err);
	explicit_bzero(session_ref, strlen(session_ref));
	free(session_ref);
	return failed;
}

void xapi_logout(struct xapi *xapi)
{
	struct xapi_reply reply;
	struct error err;

	if (!xapi)
		return;
	xapi->transport.stubborn = true;
	xapi->transport.timeout_ms = LOGOUT_MS;
	if (xapi_ask(xapi, "session.logout", NULL, &reply, &err))
		log_warning("xapi's session stays: %s", err.text);
	else
		reply_free(&reply);
	xapi_close(xapi);
}
