// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The HTTP around xapi's answer, taken apart as its bytes come in. Pure.
 *
 * xapi says how long its answer is (Content-Length). Answers in chunks, and
 * ones that end with the connection, are HTTP/1.1 too (RFC 9112) and are taken.
 */
#ifndef XAPI_HTTP_H
#define XAPI_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

#define HTTP_LINE_MAX 4096 /* of a head, with its line end */
#define HTTP_HEAD_MAX 128  /* lines */

enum http_phase {
	HTTP_STATUS,
	HTTP_HEADERS,
	HTTP_BODY,	  /* `left` bytes to come */
	HTTP_BODY_TO_END, /* until the connection ends */
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK,	/* `left` bytes to come */
	HTTP_CHUNK_END, /* the line end behind them */
	HTTP_TRAILERS,
	HTTP_DONE,
};

struct http_reply {
	struct buffer body; /* complete in HTTP_DONE */
	enum http_phase phase;
	size_t limit;
	uint64_t left;
	bool sized, chunked;
	unsigned lines; /* of the head, so far */
	size_t line_len;
	char line[HTTP_LINE_MAX];
};

/* A body of more than `limit` bytes is refused. */
void http_reply_init(struct http_reply *reply, size_t limit);

/* Takes the next bytes; those behind the answer's end are ignored. ERROR_XAPI:
 * this is not an answer, one of another status than 200, or too long;
 * ERROR_NO_MEMORY. */
int http_reply_feed(struct http_reply *reply, const void *bytes, size_t len,
		    struct error *err);

/* No more bytes will come. ERROR_XAPI: the answer is not complete. */
int http_reply_end(struct http_reply *reply, struct error *err);

/* Wipes and frees the body, which may hold a password. */
void http_reply_free(struct http_reply *reply);

#endif
