// SPDX-License-Identifier: LGPL-2.1-only
/*
 * JSON (RFC 8259) into a buffer, in one line of ASCII: what is not ASCII is
 * written as \uXXXX, so that the text passes through XML-RPC, any terminal or
 * log. Keys are plain ASCII.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/uuid.h"

struct json {
	struct buffer text;
	bool more; /* the next value or member needs a comma */
};

/* `key` is NULL in an array and at the top. */
void json_open(struct json *json, const char *key, char bracket); /* { or [ */
void json_close(struct json *json, char bracket);		  /* } or ] */
/* Bytes that are no UTF-8 become U+FFFD. NULL text is null. */
void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t number);
void json_bool(struct json *json, const char *key, bool value);
void json_none(struct json *json, const char *key);
void json_uuid(struct json *json, const char *key, const struct uuid *uuid);
void json_lvm_id(struct json *json, const char *key, const struct lvm_id *id);

/* The text with a NUL, which the caller frees. Empties *json. */
char *json_take(struct json *json);

#endif
