// SPDX-License-Identifier: LGPL-2.1-only
/*
 * One call of the XenAPI.
 */
#ifndef XAPI_CALL_H
#define XAPI_CALL_H

#include <stddef.h>

#include "base/uuid.h"
#include "xapi/reply.h"
#include "xapi/transport.h"
#include "xapi/xapi.h"

struct xapi {
	struct transport transport;
	char *socket;
	char *session_ref;
};

struct xapi_argument {
	const char *text; /* NULL: it is `real` */
	double real;
};

/* Calls `method` with the session and these arguments. On 0 reply->value is the
 * caller's, to be given to reply_free. On -1 reply->code is xapi's error code,
 * if it was xapi that failed, and *err says ERROR_XAPI with the method's name,
 * ERROR_INTERRUPTED or ERROR_NO_MEMORY. */
int xapi_call(const struct xapi *xapi, const char *method,
	      const struct xapi_argument *arguments, size_t count,
	      struct xapi_reply *reply, struct error *err);

/* The same with one string, or none if it is NULL. */
int xapi_ask(const struct xapi *xapi, const char *method, const char *argument,
	     struct xapi_reply *reply, struct error *err);

/* The same for an answer that is a string; *out is the caller's to free. It is
 * ERROR_XAPI, too, if the string could not be had unaltered. `code`, which may
 * be NULL, has room for REPLY_CODE_SIZE. */
int xapi_ask_text(const struct xapi *xapi, const char *method,
		  const char *argument, char **out, char *code,
		  struct error *err);

/* The reference of the object that has this uuid, by <class>.get_by_uuid; *out
 * is the caller's to free, NULL if there is no such object. */
int xapi_find_uuid(const struct xapi *xapi, const char *class, const char *uuid,
		   char **out, struct error *err);

#endif
