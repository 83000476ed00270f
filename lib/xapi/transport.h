// SPDX-License-Identifier: LGPL-2.1-only
/*
 * One HTTP POST to xapi's unix socket: a connection of its own, a deadline for
 * all of it. It is HTTP/1.0, whose answer ends with the connection (xapi's
 * ocaml/libs/http-lib/http_svr.ml closes it then), or where Content-Length says.
 */
#ifndef XAPI_TRANSPORT_H
#define XAPI_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

#define HTTP_OK 200

struct transport {
	const char *socket;
	int timeout_ms; /* for connecting, sending and receiving */
	int64_t until;	/* not after this, as of clock_now_ms; 0: any time */
	bool stubborn;	/* signals (base/stop.h) do not end it */
};

struct http_reply {
	struct buffer bytes; /* all of it */
	int status;
	const char *body; /* in bytes */
	size_t body_len;
};

/* Sends `len` bytes to `path` and receives the answer, of at most `most` bytes.
 * *reply is the caller's, to be given to http_reply_free, either way.
 * ERROR_XAPI: nobody answers, too late, too much, or not HTTP;
 * ERROR_INTERRUPTED. */
int transport_post(const struct transport *transport, const char *path,
		   const char *content_type, const void *body, size_t len,
		   size_t most, struct http_reply *reply, struct error *err);

/* Takes the bytes apart: status line, headers, body, of which as many bytes are
 * there as Content-Length says. Pure. ERROR_XAPI. */
int http_reply_parse(struct http_reply *reply, struct error *err);

/* Wipes and frees the bytes, which may hold a password. */
void http_reply_free(struct http_reply *reply);

#endif
