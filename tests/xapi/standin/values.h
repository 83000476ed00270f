// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xmlrpc-c's values without their bookkeeping: whatever these functions make or
 * return lives until the thread calls values_end, or for as long as a struct or
 * array holds it. Lack of memory ends the program.
 */
#ifndef STANDIN_VALUES_H
#define STANDIN_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include <xmlrpc-c/base.h>

typedef xmlrpc_value value;

void values_end(void);

value *text_value(const char *text);
value *bool_value(bool yes);
value *double_value(double number);
value *struct_value(void);
value *array_value(void);

/* A string of the thread's. */
__attribute__((format(printf, 1, 2))) const char *text(const char *fmt, ...);

/* What the value says; NULL if it is no string. */
const char *text_of(value *from);

bool is_true(value *from);
double double_of(value *from);

/* The value at this key; NULL if there is none, or `from` is no struct. */
value *get(value *from, const char *key);
const char *get_text(value *from, const char *key); /* "" if there is none */
void set(value *to, const char *key, value *item);

/* A copy of a struct without this key. */
value *without(value *from, const char *key);

size_t size_of(value *from); /* of an array or struct; 0 of others */
value *item_at(value *array, size_t index);
const char *member_at(value *from, size_t index, value **item);
void append(value *array, value *item);

/* Fails as XenAPI does: remembers the code and up to three parameters, NULL
 * for none, and returns NULL. */
value *fail(const char *code, const char *a, const char *b, const char *c);

/* The failure, an array of strings; NULL if there was none since values_end. */
value *failure(void);

#endif
