// SPDX-License-Identifier: LGPL-2.1-only
/*
 * An xapi on a real socket: a thread takes each call and gives the next answer of
 * a script. One without /jsonrpc says so to the first call, and gets the rest as
 * XML-RPC. What goes wrong here aborts, with words.
 */
#ifndef TESTS_UNIT_SCRIPTED_XAPI_H
#define TESTS_UNIT_SCRIPTED_XAPI_H

#include <stdbool.h>

#include "xapi/xapi.h"

/* The reference of the session that it is asked with. */
#define SESSION "OpaqueRef:session-secret"

#define ANSWER(members)                                          \
	"<methodResponse><params><param><value><struct>" members \
	"</struct></value></param></params></methodResponse>"
#define MEMBER(name, value) \
	"<member><name>" name "</name><value>" value "</value></member>"
#define SUCCESS(value) \
	ANSWER(MEMBER("Status", "Success") MEMBER("Value", value))
#define STRUCT(members) "<struct>" members "</struct>"
#define FAILURE(code, parameter)                                              \
	ANSWER(MEMBER("Status", "Failure")                                    \
		       MEMBER("ErrorDescription", "<array><data><value>" code \
						  "</value><value>" parameter \
						  "</value></data></array>"))

struct script_step {
	const char *call;   /* that the call must hold; NULL: end of script */
	const char *answer; /* its body, or */
	const char *json;   /* the answer of /jsonrpc */
	const char *raw;    /* or all of it, which need not be HTTP */
	int pause_ms;	    /* after each byte */
	bool keeps;	    /* the connection: the client ends it */
	bool signals;	    /* this process, before it answers */
};

/* One at a time; the script is the caller's until script_end. */
void script_begin(const struct script_step *script);

/* A way to ask it. */
struct xapi *script_open(int timeout_ms);

/* It must have seen the whole script and nothing else. */
void script_end(void);

#endif
