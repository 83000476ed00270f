// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What xapi answers to a call: a struct of Status and Value, or of Status and
 * ErrorDescription, an error code and its parameters. Pure.
 */
#ifndef XAPI_REPLY_H
#define XAPI_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include <xmlrpc-c/base.h>

#include "base/error.h"

/* PBD.get_all_records of a big pool has some MiB. */
#define REPLY_MAX (64 * 1024 * 1024)

#define REPLY_CODE_SIZE 64

struct xapi_reply {
	xmlrpc_value *value; /* on success; to be given to reply_free */
	/* The text held characters beyond U+FFFF, which xmlrpc-c does not
	 * take; they have become question marks. */
	bool altered;
	/* On failure: xapi's error code, such as "UUID_INVALID"; empty if the
	 * failure is not xapi's. Cut if it is too long. */
	char code[REPLY_CODE_SIZE];
};

/* Lets xmlrpc-c take answers of up to REPLY_MAX bytes. The limit is the
 * process's; whoever parses smaller texts has limits of his own. */
void reply_allow_size(void);

/* Reads the `len` bytes at `xml`, which it may change. ERROR_XAPI: they are not
 * such an answer, or xapi's error, in words that leave out each parameter which
 * holds `secret`. ERROR_NO_MEMORY. */
int reply_read(char *xml, size_t len, const char *secret,
	       struct xapi_reply *out, struct error *err);

void reply_free(struct xapi_reply *reply);

#endif
