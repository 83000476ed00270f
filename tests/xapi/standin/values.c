// SPDX-License-Identifier: LGPL-2.1-only
#include "values.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local struct {
	value **values;
	char **texts;
	size_t value_count, text_count;
	value *failure;
} mine;

static void require(bool good)
{
	if (!good) {
		fprintf(stderr, "out of memory, or a wrong type\n");
		abort();
	}
}

static void *grown(void *list, size_t count, size_t item)
{
	list = reallocarray(list, count + 1, item);
	require(list);
	return list;
}

static value *keep(value *made)
{
	mine.values =
		grown(mine.values, mine.value_count, sizeof(*mine.values));
	mine.values[mine.value_count++] = made;
	return made;
}

static char *keep_text(char *made)
{
	require(made);
	mine.texts = grown(mine.texts, mine.text_count, sizeof(*mine.texts));
	mine.texts[mine.text_count++] = made;
	return made;
}

void values_end(void)
{
	for (size_t i = 0; i < mine.value_count; i++)
		xmlrpc_DECREF(mine.values[i]);
	for (size_t i = 0; i < mine.text_count; i++)
		free(mine.texts[i]);
	free(mine.values);
	free(mine.texts);
	mine.values = NULL;
	mine.texts = NULL;
	mine.value_count = mine.text_count = 0;
	mine.failure = NULL;
}

static void done(xmlrpc_env *env)
{
	require(!env->fault_occurred);
	xmlrpc_env_clean(env);
}

#define MAKE(call)                     \
	do {                           \
		xmlrpc_env env;        \
		value *made;           \
		xmlrpc_env_init(&env); \
		made = call;           \
		done(&env);            \
		return keep(made);     \
	} while (0)

value *text_value(const char *from)
{
	MAKE(xmlrpc_string_new(&env, from));
}

value *bool_value(bool yes)
{
	MAKE(xmlrpc_bool_new(&env, yes));
}

value *double_value(double number)
{
	MAKE(xmlrpc_double_new(&env, number));
}

value *struct_value(void)
{
	MAKE(xmlrpc_struct_new(&env));
}

value *array_value(void)
{
	MAKE(xmlrpc_array_new(&env));
}

const char *text(const char *fmt, ...)
{
	char *made = NULL;
	va_list ap;

	va_start(ap, fmt);
	require(vasprintf(&made, fmt, ap) >= 0);
	va_end(ap);
	return keep_text(made);
}

static bool is(value *from, xmlrpc_type type)
{
	return from && xmlrpc_value_type(from) == type;
}

const char *text_of(value *from)
{
	const char *found;
	xmlrpc_env env;

	if (!is(from, XMLRPC_TYPE_STRING))
		return NULL;
	xmlrpc_env_init(&env);
	xmlrpc_read_string(&env, from, &found);
	done(&env);
	return keep_text((char *)(uintptr_t)found);
}

bool is_true(value *from)
{
	xmlrpc_bool found;
	xmlrpc_env env;

	if (!is(from, XMLRPC_TYPE_BOOL))
		return false;
	xmlrpc_env_init(&env);
	xmlrpc_read_bool(&env, from, &found);
	done(&env);
	return found;
}

double double_of(value *from)
{
	double found;
	xmlrpc_env env;

	if (!is(from, XMLRPC_TYPE_DOUBLE))
		return -1;
	xmlrpc_env_init(&env);
	xmlrpc_read_double(&env, from, &found);
	done(&env);
	return found;
}

value *get(value *from, const char *key)
{
	value *found;
	xmlrpc_env env;

	if (!is(from, XMLRPC_TYPE_STRUCT))
		return NULL;
	xmlrpc_env_init(&env);
	xmlrpc_struct_find_value(&env, from, key, &found);
	done(&env);
	return found ? keep(found) : NULL;
}

const char *get_text(value *from, const char *key)
{
	const char *found = text_of(get(from, key));

	return found ? found : "";
}

void set(value *to, const char *key, value *item)
{
	xmlrpc_env env;

	xmlrpc_env_init(&env);
	xmlrpc_struct_set_value(&env, to, key, item);
	done(&env);
}

value *without(value *from, const char *key)
{
	value *copy = struct_value();

	for (size_t i = 0; i < size_of(from); i++) {
		value *item;
		const char *name = member_at(from, i, &item);

		if (!key || strcmp(name, key) != 0)
			set(copy, name, item);
	}
	return copy;
}

size_t size_of(value *from)
{
	xmlrpc_env env;
	int n = 0;

	xmlrpc_env_init(&env);
	if (is(from, XMLRPC_TYPE_STRUCT))
		n = xmlrpc_struct_size(&env, from);
	else if (is(from, XMLRPC_TYPE_ARRAY))
		n = xmlrpc_array_size(&env, from);
	done(&env);
	return (size_t)n;
}

value *item_at(value *array, size_t index)
{
	value *item;
	xmlrpc_env env;

	xmlrpc_env_init(&env);
	xmlrpc_array_read_item(&env, array, (unsigned)index, &item);
	done(&env);
	return keep(item);
}

const char *member_at(value *from, size_t index, value **item)
{
	value *key;
	xmlrpc_env env;

	xmlrpc_env_init(&env);
	xmlrpc_struct_read_member(&env, from, (unsigned)index, &key, item);
	done(&env);
	keep(key);
	keep(*item);
	return text_of(key);
}

void append(value *array, value *item)
{
	xmlrpc_env env;

	xmlrpc_env_init(&env);
	xmlrpc_array_append_item(&env, array, item);
	done(&env);
}

value *fail(const char *code, const char *a, const char *b, const char *c)
{
	const char *const words[] = { code, a, b, c };

	mine.failure = array_value();
	for (size_t i = 0; i < 4 && words[i]; i++)
		append(mine.failure, text_value(words[i]));
	return NULL;
}

value *failure(void)
{
	return mine.failure;
}
