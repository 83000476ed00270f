// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The program as xapi runs it, as a storage backend or as a plugin: one
 * methodCall in argv[1], one methodResponse on stdout, exit status 0 whatever
 * happens (xapi hides the answer behind any other and logs argv, with its
 * passwords). What happens stands in SMlog.
 */
#ifndef DRIVERS_ANSWER_H
#define DRIVERS_ANSWER_H

#include <stddef.h>

#include "base/error.h"
#include "sm/request.h"

/* In what the two differ. */
struct answer_form {
	int (*parse)(const char *xml, size_t len, struct request *out,
		     struct error *err);
	/* *answer is a whole methodResponse for free. */
	int (*run)(struct request *request, char **answer, struct error *err);
	char *(*failure)(int number, const char *text);
	const char *out_of_memory; /* the answer then */
};

/* `type` is NULL where the call itself tells. Returns the exit status. Wipes
 * argv[1], which `ps` shows. */
int answer_call(const struct answer_form *form, const struct sr_type *type,
		int argc, char **argv);

#endif
