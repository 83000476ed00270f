// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xapi/value.h"

int xapi_open(const struct xapi_options *options, struct xapi **out,
	      struct error *err)
{
	struct xapi *xapi;

	if (!options->session_ref || !options->session_ref[0])
		return error_set(err, ERROR_XAPI,
				 "the call has no session_ref; xapi cannot be "
				 "asked");
	xapi = calloc(1, sizeof(*xapi));
	if (!xapi)
		return error_no_memory(err);
	xapi->socket = strdup(options->socket);
	xapi->session_ref = strdup(options->session_ref);
	xapi->transport = (struct transport){
		.socket = xapi->socket,
		.timeout_ms = options->timeout_ms,
		.stop = options->stop,
	};
	if (!xapi->socket || !xapi->session_ref) {
		xapi_close(xapi);
		return error_no_memory(err);
	}
	reply_allow_size();
	*out = xapi;
	return 0;
}

void xapi_close(struct xapi *xapi)
{
	if (!xapi)
		return;
	if (xapi->session_ref)
		explicit_bzero(xapi->session_ref, strlen(xapi->session_ref));
	free(xapi->session_ref);
	free(xapi->socket);
	free(xapi);
}

/* Does nothing once *env has a failure, after which, as lack of memory is all
 * there can be, no value is touched again. */
static void add_item(xmlrpc_env *env, xmlrpc_value *array, xmlrpc_value *item)
{
	if (!env->fault_occurred)
		xmlrpc_array_append_item(env, array, item);
	if (!env->fault_occurred)
		xmlrpc_DECREF(item);
}

static void add_text(xmlrpc_env *env, xmlrpc_value *array, const char *text)
{
	if (!env->fault_occurred)
		add_item(env, array, xmlrpc_string_new(env, text));
}

static void add_argument(xmlrpc_env *env, xmlrpc_value *array,
			 const struct xapi_argument *argument)
{
	if (argument->text)
		add_text(env, array, argument->text);
	else if (!env->fault_occurred)
		add_item(env, array, xmlrpc_double_new(env, argument->real));
}

static void write_call(xmlrpc_env *env, xmlrpc_mem_block *xml,
		       const struct xapi *xapi, const char *method,
		       const struct xapi_argument *arguments, size_t count)
{
	xmlrpc_value *params = xmlrpc_array_new(env);

	add_text(env, params, xapi->session_ref);
	for (size_t i = 0; i < count; i++)
		add_argument(env, params, &arguments[i]);
	if (!env->fault_occurred)
		xmlrpc_serialize_call(env, xml, method, params);
	if (!env->fault_occurred)
		xmlrpc_DECREF(params);
}

/* Sends the call and receives what comes. */
static int post_call(const struct xapi *xapi, const char *method,
		     const struct xapi_argument *arguments, size_t count,
		     struct http_reply *reply, struct error *err)
{
	xmlrpc_mem_block *xml;
	xmlrpc_env env;
	int rc = -1;

	xmlrpc_env_init(&env);
	xml = xmlrpc_mem_block_new(&env, 0);
	if (env.fault_occurred) {
		xmlrpc_env_clean(&env);
		return error_no_memory(err);
	}
	write_call(&env, xml, xapi, method, arguments, count);
	if (env.fault_occurred)
		error_no_memory(err);
	else
		rc = transport_post(
			&xapi->transport, xmlrpc_mem_block_contents(xml),
			xmlrpc_mem_block_size(xml), REPLY_MAX, reply, err);
	explicit_bzero(xmlrpc_mem_block_contents(xml),
		       xmlrpc_mem_block_size(xml));
	xmlrpc_mem_block_free(xml);
	xmlrpc_env_clean(&env);
	return rc;
}

int xapi_call(const struct xapi *xapi, const char *method,
	      const struct xapi_argument *arguments, size_t count,
	      struct xapi_reply *reply, struct error *err)
{
	struct http_reply http = { 0 };
	int rc;

	*reply = (struct xapi_reply){ 0 };
	rc = post_call(xapi, method, arguments, count, &http, err);
	if (rc == 0)
		rc = reply_read((char *)http.body.data, http.body.len,
				xapi->session_ref, reply, err);
	http_reply_free(&http);
	return rc ? error_prefix(err, "%s: ", method) : 0;
}

int xapi_ask(const struct xapi *xapi, const char *method, const char *argument,
	     struct xapi_reply *reply, struct error *err)
{
	const struct xapi_argument one = { .text = argument };

	return xapi_call(xapi, method, &one, argument ? 1 : 0, reply, err);
}

int xapi_ask_text(const struct xapi *xapi, const char *method,
		  const char *argument, char **out, char *code,
		  struct error *err)
{
	struct xapi_reply reply;
	int rc = xapi_ask(xapi, method, argument, &reply, err);

	if (code)
		memcpy(code, reply.code, sizeof(reply.code));
	if (rc)
		return -1;
	if (reply.altered)
		rc = error_set(err, ERROR_XAPI,
			       "%s: the text holds a character beyond U+FFFF, "
			       "which is not supported",
			       method);
	else
		rc = value_text(reply.value, method, out, err);
	reply_free(&reply);
	return rc;
}

int xapi_find_uuid(const struct xapi *xapi, const char *class, const char *uuid,
		   char **out, struct error *err)
{
	char method[32], code[REPLY_CODE_SIZE];

	snprintf(method, sizeof(method), "%s.get_by_uuid", class);
	if (xapi_ask_text(xapi, method, uuid, out, code, err) == 0)
		return 0;
	if (strcmp(code, "UUID_INVALID") != 0)
		return -1;
	*out = NULL;
	return 0;
}
