// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/request.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <xmlrpc-c/base.h>

#include "sm/xml_guard.h"

/* A request of xapi nests 14 deep: methodCall, params, param, value, struct,
 * member, and for args value, array, data, value, string. xmlrpc-c's own limits
 * (512 KiB, 64 levels of values) lie beyond ours and stay as they are. */
#define REQUEST_MAX_DEPTH 24

/* Fails for a value that xmlrpc-c would not hand out though its type was
 * right: a string with a NUL, or no memory. */
static int value_error(const xmlrpc_env *env, const char *where,
		       struct error *err)
{
	if (env->fault_code == XMLRPC_TYPE_ERROR)
		return error_set(err, ERROR_BAD_REQUEST,
				 "%.64s holds a NUL byte", where);
	return error_no_memory(err);
}

static int check_type(xmlrpc_value *value, xmlrpc_type type, const char *where,
		      struct error *err)
{
	xmlrpc_type found = xmlrpc_value_type(value);

	if (found == type)
		return 0;
	return error_set(err, ERROR_BAD_REQUEST, "%.64s is of type %s, not %s",
			 where, xmlrpc_type_name(found),
			 xmlrpc_type_name(type));
}

static int read_text(xmlrpc_value *value, const char *where, char **out,
		     struct error *err)
{
	const char *text;
	xmlrpc_env env;
	int rc = 0;

	if (check_type(value, XMLRPC_TYPE_STRING, where, err))
		return -1;
	xmlrpc_env_init(&env);
	xmlrpc_read_string(&env, value, &text);
	if (env.fault_occurred)
		rc = value_error(&env, where, err);
	else
		*out = (char *)(uintptr_t)text; /* ours, from malloc */
	xmlrpc_env_clean(&env);
	return rc;
}

/* Borrows member `index` of a struct: *value lives as long as the struct; *key
 * is the caller's to free. */
static int read_member(xmlrpc_value *from, unsigned index, const char *where,
		       char **key, xmlrpc_value **value, struct error *err)
{
	xmlrpc_value *name, *found;
	xmlrpc_env env;
	int rc = -1;

	xmlrpc_env_init(&env);
	xmlrpc_struct_read_member(&env, from, index, &name, &found);
	if (env.fault_occurred) {
		error_no_memory(err);
	} else {
		rc = read_text(name, where, key, err);
		xmlrpc_DECREF(name);
		xmlrpc_DECREF(found); /* the struct holds it still */
		if (rc == 0)
			*value = found;
	}
	xmlrpc_env_clean(&env);
	return rc;
}

/* The number of members of a struct or items of an array whose type has been
 * checked; such a call cannot fail. */
static size_t count_of(xmlrpc_value *value)
{
	xmlrpc_env env;
	int n;

	xmlrpc_env_init(&env);
	if (xmlrpc_value_type(value) == XMLRPC_TYPE_STRUCT)
		n = xmlrpc_struct_size(&env, value);
	else
		n = xmlrpc_array_size(&env, value);
	xmlrpc_env_clean(&env);
	return n > 0 ? (size_t)n : 0;
}

static int read_map(xmlrpc_value *value, const char *where,
		    struct string_map *out, struct error *err)
{
	size_t n;

	if (check_type(value, XMLRPC_TYPE_STRUCT, where, err))
		return -1;
	n = count_of(value);
	if (n == 0)
		return 0;
	out->pairs = calloc(n, sizeof(*out->pairs));
	if (!out->pairs)
		return error_no_memory(err);
	for (size_t i = 0; i < n; i++) {
		struct string_pair pair = { 0 };
		xmlrpc_value *item;

		if (read_member(value, (unsigned)i, where, &pair.key, &item,
				err))
			return -1;
		if (read_text(item, pair.key, &pair.value, err)) {
			free(pair.key);
			return error_prefix(err, "%s: ", where);
		}
		out->pairs[out->count++] = pair;
	}
	return 0;
}

static int read_args(xmlrpc_value *value, struct request *out,
		     struct error *err)
{
	size_t n;

	if (check_type(value, XMLRPC_TYPE_ARRAY, "args", err))
		return -1;
	n = count_of(value);
	if (n == 0)
		return 0;
	out->args = calloc(n, sizeof(*out->args));
	if (!out->args)
		return error_no_memory(err);
	for (size_t i = 0; i < n; i++) {
		xmlrpc_value *item;
		xmlrpc_env env;
		int rc;

		xmlrpc_env_init(&env);
		xmlrpc_array_read_item(&env, value, (unsigned)i, &item);
		if (env.fault_occurred) {
			rc = error_no_memory(err);
		} else {
			rc = read_text(item, "args", &out->args[i], err);
			xmlrpc_DECREF(item);
		}
		xmlrpc_env_clean(&env);
		if (rc)
			return -1;
		out->arg_count++;
	}
	return 0;
}

/* Where a member that is a plain string goes; NULL for any other. */
static char **text_member(struct request *request, const char *key)
{
	if (strcmp(key, "host_ref") == 0)
		return &request->host_ref;
	if (strcmp(key, "session_ref") == 0)
		return &request->session_ref;
	if (strcmp(key, "sr_ref") == 0)
		return &request->sr_ref;
	if (strcmp(key, "sr_uuid") == 0)
		return &request->sr_uuid;
	if (strcmp(key, "subtask_of") == 0)
		return &request->subtask_of;
	return NULL;
}

/* The method's name is the command; xapi repeats it as a member. */
static int check_command(xmlrpc_value *value, const struct request *request,
			 struct error *err)
{
	char *text;
	int rc = 0;

	if (read_text(value, "command", &text, err))
		return -1;
	if (strcmp(text, request->command) != 0)
		rc = error_set(err, ERROR_BAD_REQUEST,
			       "command is not the method's name");
	free(text);
	return rc;
}

static int read_request(xmlrpc_value *call, struct request *out,
			struct error *err)
{
	bool have_device_config = false;
	size_t n = count_of(call);

	for (size_t i = 0; i < n; i++) {
		xmlrpc_value *value;
		char **text;
		char *key;
		int rc = 0;

		if (read_member(call, (unsigned)i, "a member's name", &key,
				&value, err))
			return -1;
		text = text_member(out, key);
		if (text) {
			rc = read_text(value, key, text, err);
		} else if (strcmp(key, "command") == 0) {
			rc = check_command(value, out, err);
		} else if (strcmp(key, "args") == 0) {
			rc = read_args(value, out, err);
		} else if (strcmp(key, "device_config") == 0) {
			have_device_config = true;
			rc = read_map(value, key, &out->device_config, err);
		} else if (strcmp(key, "sr_sm_config") == 0) {
			rc = read_map(value, key, &out->sr_sm_config, err);
		}
		free(key);
		if (rc)
			return -1;
	}
	if (!have_device_config)
		return error_set(err, ERROR_BAD_REQUEST,
				 "device_config is missing");
	return 0;
}

/* Takes the one parameter, a struct, out of the parameters and reads it. */
static int read_params(xmlrpc_value *params, struct request *out,
		       struct error *err)
{
	xmlrpc_value *call;
	xmlrpc_env env;
	int rc = -1;

	if (count_of(params) != 1)
		return error_set(err, ERROR_BAD_REQUEST,
				 "the call has %zu parameters, not one struct",
				 count_of(params));
	xmlrpc_env_init(&env);
	xmlrpc_array_read_item(&env, params, 0, &call);
	if (env.fault_occurred) {
		error_no_memory(err);
	} else {
		if (check_type(call, XMLRPC_TYPE_STRUCT, "the parameter",
			       err) == 0)
			rc = read_request(call, out, err);
		xmlrpc_DECREF(call);
	}
	xmlrpc_env_clean(&env);
	return rc;
}

/* A plugin's two parameters: the session, and a struct of strings. */
static int read_plugin_params(xmlrpc_value *params, struct request *out,
			      struct error *err)
{
	xmlrpc_value *items[2] = { NULL, NULL };
	xmlrpc_env env;
	int rc = -1;

	if (count_of(params) != 2)
		return error_set(err, ERROR_BAD_REQUEST,
				 "the call has %zu parameters, not a session "
				 "and a struct",
				 count_of(params));
	out->to_plugin = true;
	xmlrpc_env_init(&env);
	for (unsigned i = 0; i < 2 && !env.fault_occurred; i++)
		xmlrpc_array_read_item(&env, params, i, &items[i]);
	if (env.fault_occurred) {
		error_no_memory(err);
	} else {
		if (read_text(items[0], "session_ref", &out->session_ref,
			      err) == 0)
			rc = read_map(items[1], "args", &out->device_config,
				      err);
		xmlrpc_DECREF(items[0]);
		xmlrpc_DECREF(items[1]);
	}
	xmlrpc_env_clean(&env);
	return rc;
}

typedef int (*params_reader)(xmlrpc_value *params, struct request *out,
			     struct error *err);

static int parse(const char *xml, size_t len, params_reader read,
		 struct request *out, struct error *err)
{
	struct request request = { 0 };
	xmlrpc_value *params;
	const char *objection;
	const char *method;
	xmlrpc_env env;
	int rc;

	if (len > REQUEST_MAX)
		return error_set(err, ERROR_BAD_REQUEST,
				 "the call has %zu bytes, more than %d", len,
				 REQUEST_MAX);
	objection = xml_objection(xml, len, REQUEST_MAX_DEPTH);
	if (objection)
		return error_set(err, ERROR_BAD_REQUEST,
				 "the call is refused: %s", objection);

	xmlrpc_env_init(&env);
	xmlrpc_parse_call(&env, xml, len, &method, &params);
	if (env.fault_occurred) {
		/* the parser's own words quote the text, passwords included */
		bool utf8 = env.fault_code == XMLRPC_INVALID_UTF8_ERROR;

		xmlrpc_env_clean(&env);
		return error_set(err, ERROR_BAD_REQUEST, "%s",
				 utf8
				     ? "the call holds a character beyond "
				       "U+FFFF, which is not supported"
				     : "the call is not an XML-RPC methodCall");
	}
	xmlrpc_env_clean(&env);

	request.command = (char *)(uintptr_t)method; /* ours, from malloc */
	rc = read(params, &request, err);
	xmlrpc_DECREF(params);
	if (rc)
		request_free(&request);
	else
		*out = request;
	return rc;
}

int request_parse(const char *xml, size_t len, struct request *out,
		  struct error *err)
{
	return parse(xml, len, read_params, out, err);
}

int request_parse_plugin(const char *xml, size_t len, struct request *out,
			 struct error *err)
{
	return parse(xml, len, read_plugin_params, out, err);
}

void request_free(struct request *request)
{
	free(request->command);
	free(request->host_ref);
	string_wipe(request->session_ref);
	free(request->sr_ref);
	free(request->sr_uuid);
	free(request->subtask_of);
	for (size_t i = 0; i < request->arg_count; i++)
		free(request->args[i]);
	free(request->args);
	string_map_free(&request->device_config);
	string_map_free(&request->sr_sm_config);
	*request = (struct request){ 0 };
}
