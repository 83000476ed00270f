// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xmlrpc-c's values, read with their type checked. `what` names the value in
 * errors. ERROR_XAPI: it is not of that type; ERROR_NO_MEMORY.
 */
#ifndef XAPI_VALUE_H
#define XAPI_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include <xmlrpc-c/base.h>

#include "base/error.h"

/* *out is the caller's to free. */
int value_text(xmlrpc_value *value, const char *what, char **out,
	       struct error *err);

/* The members of a struct, or items of an array. */
int value_count(xmlrpc_value *value, xmlrpc_type type, const char *what,
		size_t *out, struct error *err);

/* Item `index` < value_count; it lives as long as the array. */
int value_item(xmlrpc_value *array, size_t index, xmlrpc_value **out,
	       struct error *err);

/* Member `index` < value_count; *key is the caller's to free, *out lives as
 * long as the struct. */
int value_member(xmlrpc_value *from, size_t index, const char *what, char **key,
		 xmlrpc_value **out, struct error *err);

/* The member of this name, which lives as long as the struct; *out is NULL if
 * there is none. */
int value_find(xmlrpc_value *from, const char *what, const char *key,
	       xmlrpc_value **out, struct error *err);

/* The same for members that must be there, of this type. */
int value_find_text(xmlrpc_value *from, const char *what, const char *key,
		    char **out, struct error *err);
int value_find_bool(xmlrpc_value *from, const char *what, const char *key,
		    bool *out, struct error *err);

/* A member that need not be there: *out is then NULL. */
int value_find_optional(xmlrpc_value *from, const char *what, const char *key,
			char **out, struct error *err);

#endif
