// SPDX-License-Identifier: LGPL-2.1-only
/*
 * One call of xapi to its storage backend: what stands in argv[1].
 */
#ifndef SM_REQUEST_H
#define SM_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rpc/value.h"
#include "sm/sr_type.h"

/* No longer argument can reach a Linux program (MAX_ARG_STRLEN). */
#define REQUEST_MAX (128 * 1024)

struct request {
	char *command;	/* the method's name; never NULL after request_parse */
	json_t *params; /* owns what follows */

	/* NULL: xapi did not send it with this command */
	const char *host_ref;
	const char *session_ref; /* secret: never into a log or an error */
	const char *sr_ref;
	const char *sr_uuid;
	json_t *device_config; /* strings; may hold passwords */

	const struct sr_type *type; /* whose: set by who runs it */
	bool only_reads; /* can do without xapi: set by who runs it */
	bool to_plugin; /* not to the storage backend: it names no host or SR */
};

/* Reads the `len` bytes at `xml`; *out is the caller's, to be given to
 * request_free. Members that no command of this driver needs are not looked
 * at. ERROR_BAD_REQUEST names the member that is wrong and quotes no value. */
int request_parse(const char *xml, size_t len, struct request *out,
		  struct error *err);

/* The same for a call to a plugin: `command` is the function's name, and
 * device_config its arguments. */
int request_parse_plugin(const char *xml, size_t len, struct request *out,
			 struct error *err);

/* Frees what the request holds; value_own_memory has it wiped. */
void request_free(struct request *request);

#endif
