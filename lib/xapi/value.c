// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/value.h"

#include <stdint.h>

static int check_type(xmlrpc_value *value, xmlrpc_type type, const char *what,
		      struct error *err)
{
	xmlrpc_type found = xmlrpc_value_type(value);

	if (found == type)
		return 0;
	return error_set(err, ERROR_XAPI, "xapi's %.64s is of type %s, not %s",
			 what, xmlrpc_type_name(found), xmlrpc_type_name(type));
}

int value_text(xmlrpc_value *value, const char *what, char **out,
	       struct error *err)
{
	const char *text;
	xmlrpc_env env;
	int rc = 0;

	if (check_type(value, XMLRPC_TYPE_STRING, what, err))
		return -1;
	xmlrpc_env_init(&env);
	xmlrpc_read_string(&env, value, &text);
	if (!env.fault_occurred)
		*out = (char *)(uintptr_t)text; /* ours, from malloc */
	else if (env.fault_code == XMLRPC_TYPE_ERROR)
		rc = error_set(err, ERROR_XAPI, "xapi's %.64s holds a NUL byte",
			       what);
	else
		rc = error_no_memory(err);
	xmlrpc_env_clean(&env);
	return rc;
}

int value_count(xmlrpc_value *value, xmlrpc_type type, const char *what,
		size_t *out, struct error *err)
{
	xmlrpc_env env;
	int n;

	if (check_type(value, type, what, err))
		return -1;
	xmlrpc_env_init(&env);
	n = type == XMLRPC_TYPE_STRUCT ? xmlrpc_struct_size(&env, value)
				       : xmlrpc_array_size(&env, value);
	xmlrpc_env_clean(&env);
	*out = n > 0 ? (size_t)n : 0;
	return 0;
}

int value_item(xmlrpc_value *array, size_t index, xmlrpc_value **out,
	       struct error *err)
{
	xmlrpc_env env;
	int rc = 0;

	xmlrpc_env_init(&env);
	xmlrpc_array_read_item(&env, array, (unsigned)index, out);
	if (env.fault_occurred)
		rc = error_no_memory(err);
	else
		xmlrpc_DECREF(*out); /* the array holds it still */
	xmlrpc_env_clean(&env);
	return rc;
}

int value_member(xmlrpc_value *from, size_t index, const char *what, char **key,
		 xmlrpc_value **out, struct error *err)
{
	xmlrpc_value *name, *found;
	xmlrpc_env env;
	int rc;

	xmlrpc_env_init(&env);
	xmlrpc_struct_read_member(&env, from, (unsigned)index, &name, &found);
	if (env.fault_occurred) {
		rc = error_no_memory(err);
	} else {
		rc = value_text(name, what, key, err);
		xmlrpc_DECREF(name);
		xmlrpc_DECREF(found); /* the struct holds it still */
		if (rc == 0)
			*out = found;
	}
	xmlrpc_env_clean(&env);
	return rc;
}

int value_find(xmlrpc_value *from, const char *what, const char *key,
	       xmlrpc_value **out, struct error *err)
{
	xmlrpc_value *found;
	xmlrpc_env env;
	int rc = 0;

	if (check_type(from, XMLRPC_TYPE_STRUCT, what, err))
		return -1;
	xmlrpc_env_init(&env);
	xmlrpc_struct_find_value(&env, from, key, &found);
	if (env.fault_occurred) {
		rc = error_no_memory(err);
	} else {
		if (found)
			xmlrpc_DECREF(found); /* the struct holds it still */
		*out = found;
	}
	xmlrpc_env_clean(&env);
	return rc;
}

static int find_required(xmlrpc_value *from, const char *what, const char *key,
			 xmlrpc_value **out, struct error *err)
{
	if (value_find(from, what, key, out, err))
		return -1;
	if (!*out)
		return error_set(err, ERROR_XAPI, "xapi's %.64s has no %s",
				 what, key);
	return 0;
}

int value_find_text(xmlrpc_value *from, const char *what, const char *key,
		    char **out, struct error *err)
{
	xmlrpc_value *value;

	if (find_required(from, what, key, &value, err))
		return -1;
	return value_text(value, key, out, err);
}

int value_find_bool(xmlrpc_value *from, const char *what, const char *key,
		    bool *out, struct error *err)
{
	xmlrpc_value *value;
	xmlrpc_bool found;
	xmlrpc_env env;

	if (find_required(from, what, key, &value, err) ||
	    check_type(value, XMLRPC_TYPE_BOOL, key, err))
		return -1;
	xmlrpc_env_init(&env);
	xmlrpc_read_bool(&env, value,
			 &found); /* of that type, it cannot fail */
	xmlrpc_env_clean(&env);
	*out = found;
	return 0;
}

int value_find_optional(xmlrpc_value *from, const char *what, const char *key,
			char **out, struct error *err)
{
	xmlrpc_value *value;

	if (value_find(from, what, key, &value, err))
		return -1;
	if (!value) {
		*out = NULL;
		return 0;
	}
	return value_text(value, key, out, err);
}
