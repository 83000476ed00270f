// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What xapi answers to a call, by XML-RPC or JSON-RPC 1.0: a value, or an error
 * code and its parameters. Pure.
 */
#ifndef XAPI_REPLY_H
#define XAPI_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rpc/value.h"

/* PBD.get_all_records of a big pool has some MiB. */
#define REPLY_MAX (64 * 1024 * 1024)

#define REPLY_CODE_SIZE 64

struct xapi_reply {
	json_t *value; /* on success; to be given to reply_free */
	/* On failure: xapi's error code, such as "UUID_INVALID"; empty if the
	 * failure is not xapi's. Cut if it is too long. */
	char code[REPLY_CODE_SIZE];
	/* Something answered, but in no way that can be read: xapi's own
	 * writer lets foreign text through that XML cannot hold. */
	bool unreadable;
};

/* Each reads the `len` bytes at `text`. ERROR_XAPI: they are not such an
 * answer, or xapi's error, in words that leave out each parameter which holds
 * `secret`. */
int reply_read_json(const char *text, size_t len, const char *secret,
		    struct xapi_reply *out, struct error *err);
int reply_read_xml(const char *text, size_t len, const char *secret,
		   struct xapi_reply *out, struct error *err);

void reply_free(struct xapi_reply *reply);

#endif
