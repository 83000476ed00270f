// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rpc/value.h"
#include "rpc/xml.h"

#define CODE ERROR_BAD_REQUEST

static int copy_text(const json_t *value, const char *what, char **out,
		     struct error *err)
{
	const char *text;

	if (value_text(value, CODE, what, &text, err))
		return -1;
	*out = alloc_text(text);
	return 0;
}

/* A member that xapi sends with some commands only. */
static int copy_member(const json_t *call, const char *key, char **out,
		       struct error *err)
{
	const json_t *value = json_object_get(call, key);

	return value ? copy_text(value, key, out, err) : 0;
}

static int copy_map(json_t *value, const char *what, struct string_map *out,
		    struct error *err)
{
	const char *key;
	json_t *item;

	if (value_check(value, JSON_OBJECT, CODE, what, err))
		return -1;
	out->pairs =
		alloc_zeroed(json_object_size(value) + 1, sizeof(*out->pairs));
	json_object_foreach(value, key, item)
	{
		struct string_pair *pair = &out->pairs[out->count++];

		pair->key = alloc_text(key);
		if (copy_text(item, key, &pair->value, err))
			return error_prefix(err, "%s: ", what);
	}
	return 0;
}

/* xapi's one parameter is a struct. The method's name is the command, which is
 * a member, too. */
static int read_request(const json_t *params, struct request *out,
			struct error *err)
{
	const json_t *call = json_array_get(params, 0);
	const json_t *args;
	const char *command;

	if (json_array_size(params) != 1)
		return error_set(err, CODE,
				 "the call has %zu parameters, not one struct",
				 json_array_size(params));
	if (value_check(call, JSON_OBJECT, CODE, "the parameter", err) ||
	    value_find_optional(call, CODE, "the parameter", "command",
				&command, err))
		return -1;
	if (command && strcmp(command, out->command) != 0)
		return error_set(err, CODE, "command is not the method's name");
	/* No command here has arguments; a call of another form is not xapi's. */
	args = json_object_get(call, "args");
	if (args && value_check(args, JSON_ARRAY, CODE, "args", err))
		return -1;
	if (copy_member(call, "host_ref", &out->host_ref, err) ||
	    copy_member(call, "session_ref", &out->session_ref, err) ||
	    copy_member(call, "sr_ref", &out->sr_ref, err) ||
	    copy_member(call, "sr_uuid", &out->sr_uuid, err))
		return -1;
	return copy_map(json_object_get(call, "device_config"), "device_config",
			&out->device_config, err);
}

/* A plugin's two parameters: the session, and a struct of strings. */
static int read_plugin_request(const json_t *params, struct request *out,
			       struct error *err)
{
	if (json_array_size(params) != 2)
		return error_set(err, CODE,
				 "the call has %zu parameters, not a session "
				 "and arguments",
				 json_array_size(params));
	out->to_plugin = true;
	if (copy_text(json_array_get(params, 0), "session_ref",
		      &out->session_ref, err))
		return -1;
	return copy_map(json_array_get(params, 1), "args", &out->device_config,
			err);
}

typedef int (*params_reader)(const json_t *params, struct request *out,
			     struct error *err);

static int parse(const char *xml, size_t len, params_reader read,
		 struct request *out, struct error *err)
{
	struct request request = { 0 };
	const char *refused;
	json_t *params;
	int failed;

	if (len > REQUEST_MAX)
		return error_set(err, CODE,
				 "the call has %zu bytes, more than %d", len,
				 REQUEST_MAX);
	refused = rpc_read_call(xml, len, &request.command, &params);
	if (refused)
		return error_set(err, CODE, "the call is refused: %s", refused);
	failed = read(params, &request, err);
	json_decref(params);
	if (failed)
		request_free(&request);
	else
		*out = request;
	return failed;
}

int request_parse(const char *xml, size_t len, struct request *out,
		  struct error *err)
{
	return parse(xml, len, read_request, out, err);
}

int request_parse_plugin(const char *xml, size_t len, struct request *out,
			 struct error *err)
{
	return parse(xml, len, read_plugin_request, out, err);
}

void request_free(struct request *request)
{
	free(request->command);
	free(request->host_ref);
	string_wipe(request->session_ref);
	free(request->sr_ref);
	free(request->sr_uuid);
	string_map_free(&request->device_config);
	*request = (struct request){ 0 };
}
