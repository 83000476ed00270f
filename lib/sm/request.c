// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/request.h"

#include <stdlib.h>
#include <string.h>

#include "rpc/xml.h"

#define CODE ERROR_BAD_REQUEST

/* A member that xapi sends with some commands only. */
static int read_member(const json_t *call, const char *key, const char **out,
		       struct error *err)
{
	const json_t *value = json_object_get(call, key);

	return value ? value_text(value, CODE, key, out, err) : 0;
}

static int read_map(json_t *value, const char *what, json_t **out,
		    struct error *err)
{
	*out = value;
	return value_check_texts(value, CODE, what, err);
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
	if (read_member(call, "host_ref", &out->host_ref, err) ||
	    read_member(call, "session_ref", &out->session_ref, err) ||
	    read_member(call, "sr_ref", &out->sr_ref, err) ||
	    read_member(call, "sr_uuid", &out->sr_uuid, err))
		return -1;
	return read_map(json_object_get(call, "device_config"), "device_config",
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
	if (value_text(json_array_get(params, 0), CODE, "session_ref",
		       &out->session_ref, err))
		return -1;
	return read_map(json_array_get(params, 1), "args", &out->device_config,
			err);
}

typedef int (*params_reader)(const json_t *params, struct request *out,
			     struct error *err);

static int parse(const char *xml, size_t len, params_reader read,
		 struct request *out, struct error *err)
{
	struct request request = { 0 };
	const char *refused;
	int failed;

	if (len > REQUEST_MAX)
		return error_set(err, CODE,
				 "the call has %zu bytes, more than %d", len,
				 REQUEST_MAX);
	refused = rpc_read_call(xml, len, &request.command, &request.params);
	if (refused)
		return error_set(err, CODE, "the call is refused: %s", refused);
	failed = read(request.params, &request, err);
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
	json_decref(request->params);
	*request = (struct request){ 0 };
}
