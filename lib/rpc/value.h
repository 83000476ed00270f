// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Values of XML-RPC and JSON, read with their type checked. Both kinds of text
 * become jansson's values, so that there is one reader of them.
 *
 * Every function takes the class of its error and what the value is called in
 * it; the words quote no value. What is handed out belongs to the value and
 * lives as long.
 */
#ifndef RPC_VALUE_H
#define RPC_VALUE_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"

/* Memory of values comes from base/alloc.h, and is wiped before it is freed:
 * some hold passwords. To be called before anything else of this folder; tests
 * need not. */
void value_own_memory(void);

/* Fails if the value, which may be NULL, is not of this type. */
int value_check(const json_t *value, json_type type, enum error_code code,
		const char *what, struct error *err);

int value_text(const json_t *value, enum error_code code, const char *what,
	       const char **out, struct error *err);

/* Fails unless it is a struct of strings alone. */
int value_check_texts(const json_t *value, enum error_code code,
		      const char *what, struct error *err);

/* A member's text; NULL if there is no such member, or it is no text. */
const char *value_get(const json_t *from, const char *key);

/* A member's text; *out is NULL if there is no such member. */
int value_find_optional(const json_t *from, enum error_code code,
			const char *what, const char *key, const char **out,
			struct error *err);

#endif
