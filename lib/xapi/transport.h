// SPDX-License-Identifier: LGPL-2.1-only
/*
 * One HTTP POST to xapi's unix socket: a connection of its own, a deadline for
 * all of it.
 */
#ifndef XAPI_TRANSPORT_H
#define XAPI_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "xapi/http.h"

struct transport {
	const char *socket;
	int timeout_ms;	    /* for connecting, sending and receiving */
	bool (*stop)(void); /* asked while waiting; NULL: never stops */
};

/* Sends `len` bytes as text/xml and receives the answer. On 0 *reply holds it
 * in HTTP_DONE; either way it is the caller's, to be given to http_reply_free.
 * ERROR_XAPI: nobody answers, too late, or what http_reply_feed refuses;
 * ERROR_INTERRUPTED; ERROR_NO_MEMORY. */
int transport_post(const struct transport *transport, const void *body,
		   size_t len, size_t reply_max, struct http_reply *reply,
		   struct error *err);

#endif
