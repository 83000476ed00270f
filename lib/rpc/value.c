// SPDX-License-Identifier: LGPL-2.1-only
#include "rpc/value.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlmemory.h>

#include "base/alloc.h"

static void wipe_and_free(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

static void *get(size_t size)
{
	return alloc_zeroed(1, size);
}

static void *resize(void *memory, size_t size)
{
	return alloc_checked(realloc(memory, size ? size : 1));
}

void value_own_memory(void)
{
	json_set_alloc_funcs(get, wipe_and_free);
	xmlMemSetup(wipe_and_free, get, resize, alloc_text);
}

/* As XML-RPC calls the types. */
static const char *type_name(json_type type)
{
	switch (type) {
	case JSON_OBJECT:
		return "struct";
	case JSON_ARRAY:
		return "array";
	case JSON_STRING:
		return "string";
	case JSON_INTEGER:
		return "int";
	case JSON_REAL:
		return "double";
	case JSON_TRUE:
	case JSON_FALSE:
		return "boolean";
	case JSON_NULL:
		break;
	}
	return "nil";
}

int value_check(const json_t *value, json_type type, enum error_code code,
		const char *what, struct error *err)
{
	if (!value)
		return error_set(err, code, "%.64s is missing", what);
	if (json_typeof(value) == type)
		return 0;
	return error_set(err, code, "%.64s is of type %s, not %s", what,
			 type_name(json_typeof(value)), type_name(type));
}

int value_text(const json_t *value, enum error_code code, const char *what,
	       const char **out, struct error *err)
{
	if (value_check(value, JSON_STRING, code, what, err))
		return -1;
	*out = json_string_value(value);
	return 0;
}

int value_check_texts(const json_t *value, enum error_code code,
		      const char *what, struct error *err)
{
	const char *key, *text;
	json_t *item;

	if (value_check(value, JSON_OBJECT, code, what, err))
		return -1;
	/* json_object_foreach takes no const */
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		if (value_text(item, code, key, &text, err))
			return error_prefix(err, "%s: ", what);
	}
	return 0;
}

const char *value_get(const json_t *from, const char *key)
{
	return json_string_value(json_object_get(from, key));
}

int value_find_optional(const json_t *from, enum error_code code,
			const char *what, const char *key, const char **out,
			struct error *err)
{
	const json_t *member;

	*out = NULL;
	if (value_check(from, JSON_OBJECT, code, what, err))
		return -1;
	member = json_object_get(from, key);
	if (member && value_text(member, code, key, out, err))
		return error_prefix(err, "%.64s: ", what);
	return 0;
}
