// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "rpc/xml.h"

int xapi_open(const struct xapi_options *options, struct xapi **out,
	      struct error *err)
{
	struct xapi *xapi;

	if (!options->session_ref || !options->session_ref[0])
		return error_set(err, ERROR_XAPI,
				 "the call has no session to ask xapi in");
	xapi = alloc_zeroed(1, sizeof(*xapi));
	xapi->socket = alloc_text(options->socket);
	xapi->session_ref = alloc_text(options->session_ref);
	xapi->state = alloc_zeroed(1, sizeof(*xapi->state));
	xapi->transport = (struct transport){
		.socket = xapi->socket,
		.timeout_ms = options->timeout_ms,
	};
	*out = xapi;
	return 0;
}

void xapi_limit(const struct xapi *xapi, int ms)
{
	if (xapi)
		xapi->state->until = ms ? clock_now_ms() + ms : 0;
}

void xapi_close(struct xapi *xapi)
{
	if (!xapi)
		return;
	if (xapi->state->calls)
		log_info("xapi was asked %u times", xapi->state->calls);
	explicit_bzero(xapi->session_ref, strlen(xapi->session_ref));
	free(xapi->state);
	free(xapi->session_ref);
	free(xapi->socket);
	free(xapi);
}

static void write_call(bool xml, const char *method, const json_t *params,
		       struct buffer *to)
{
	json_t *call;
	char *text;

	if (xml) {
		rpc_write_call(to, method, params);
		return;
	}
	call = json_pack("{s:s, s:O, s:i}", "method", method, "params", params,
			 "id", 0);
	text = json_dumps(call, JSON_COMPACT);
	json_decref(call);
	buffer_add_text(to, text);
	explicit_bzero(text, strlen(text));
	free(text);
}

static int post(const struct xapi *xapi, bool xml, const char *method,
		const json_t *params, struct http_reply *http,
		struct error *err)
{
	struct transport transport = xapi->transport;
	struct buffer body = { 0 };
	int rc;

	*http = (struct http_reply){ 0 };
	xapi->state->calls++;
	write_call(xml, method, params, &body);
	transport.until = xapi->state->until;
	rc = transport_post(&transport, xml ? "/" : "/jsonrpc",
			    xml ? "text/xml" : "application/json", body.data,
			    body.len, REPLY_MAX, http, err);
	explicit_bzero(body.data, body.len);
	buffer_free(&body);
	return rc;
}

static int read_reply(const struct xapi *xapi, bool xml,
		      const struct http_reply *http, struct xapi_reply *reply,
		      struct error *err)
{
	if (http->status != HTTP_OK) {
		reply->unreadable = true;
		return error_set(err, ERROR_XAPI,
				 "xapi answers with HTTP status %d",
				 http->status);
	}
	return (xml ? reply_read_xml : reply_read_json)(
		http->body, http->body_len, xapi->session_ref, reply, err);
}

/* Which way, shows at the first call: that has done nothing then. */
static int post_any_way(const struct xapi *xapi, const char *method,
			const json_t *params, bool *xml,
			struct http_reply *http, struct error *err)
{
	int rc;

	*xml = xapi->secret || xapi->state->way == XAPI_ASK_XML;
	rc = post(xapi, *xml, method, params, http, err);
	if (rc || *xml || xapi->state->way != XAPI_ASK_NEW)
		return rc;
	if (http->status == HTTP_OK) {
		xapi->state->way = XAPI_ASK_JSON;
		return 0;
	}
	xapi->state->way = XAPI_ASK_XML;
	*xml = true;
	http_reply_free(http);
	return post(xapi, true, method, params, http, err);
}

int xapi_call(const struct xapi *xapi, const char *method, json_t *arguments,
	      struct xapi_reply *reply, struct error *err)
{
	json_t *params = json_pack("[s]", xapi->session_ref);
	struct http_reply http;
	bool xml;
	int rc;

	*reply = (struct xapi_reply){ 0 };
	rc = json_array_extend(params, arguments);
	json_decref(arguments);
	if (rc) {
		json_decref(params);
		return error_set(err, ERROR_BAD_VALUE,
				 "%s: what xapi is to be told is not UTF-8",
				 method);
	}
	rc = post_any_way(xapi, method, params, &xml, &http, err);
	json_decref(params);
	if (rc == 0)
		rc = read_reply(xapi, xml, &http, reply, err);
	http_reply_free(&http);
	return rc ? error_prefix(err, "%s: ", method) : 0;
}

int xapi_do(const struct xapi *xapi, const char *method, json_t *arguments,
	    struct xapi_reply *reply, struct error *err)
{
	struct xapi_reply ignored;
	int rc;

	if (!reply)
		reply = &ignored;
	rc = xapi_call(xapi, method, arguments, reply, err);
	reply_free(reply);
	return rc;
}

void xapi_where_add(struct buffer *query, const char *field, const char *value)
{
	buffer_printf(query, "%sfield \"%s\" = \"%s\"",
		      query->len ? " or " : "", field, value);
}

json_t *xapi_where(struct buffer *query)
{
	json_t *arguments;

	buffer_add(query, "", 1);
	arguments = json_pack("[s]", query->data);
	buffer_free(query);
	return arguments;
}

bool xapi_cannot_send(const struct xapi_reply *reply)
{
	return reply->unreadable || strcmp(reply->code, "INTERNAL_ERROR") == 0;
}

int xapi_call_for(const struct xapi *xapi, const char *method,
		  json_t *arguments, json_type type, json_t **out,
		  struct error *err)
{
	struct xapi_reply reply;

	if (xapi_call(xapi, method, arguments, &reply, err))
		return -1;
	if (value_check(reply.value, type, ERROR_XAPI, method, err)) {
		reply_free(&reply);
		return -1;
	}
	*out = reply.value;
	return 0;
}

int xapi_ask_all(const struct xapi *xapi, const char *class, json_t **out,
		 struct error *err)
{
	char method[32];
	json_t *list, *ref;
	size_t i;
	int rc;

	snprintf(method, sizeof(method), "%s.get_all", class);
	rc = xapi_call_for(xapi, method, json_array(), JSON_ARRAY, &list, err);
	if (rc)
		return -1;
	json_array_foreach(list, i, ref)
	{
		if (rc == 0)
			rc = value_check(ref, JSON_STRING, ERROR_XAPI, method,
					 err);
	}
	if (rc)
		json_decref(list);
	else
		*out = list;
	return rc;
}

int xapi_call_text(const struct xapi *xapi, const char *method,
		   json_t *arguments, char **out, char *code, struct error *err)
{
	struct xapi_reply reply;
	int rc = xapi_call(xapi, method, arguments, &reply, err);
	const char *text;

	if (code)
		memcpy(code, reply.code, sizeof(reply.code));
	if (rc)
		return -1;
	rc = value_text(reply.value, ERROR_XAPI, method, &text, err);
	if (rc == 0)
		*out = alloc_text(text);
	reply_free(&reply);
	return rc;
}

int xapi_ask_text(const struct xapi *xapi, const char *method,
		  const char *argument, char **out, char *code,
		  struct error *err)
{
	return xapi_call_text(xapi, method, json_pack("[s]", argument), out,
			      code, err);
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

#define USER "root"

/* A signal ends the work, not the tidying up after it. */
#define LOGOUT_MS 5000

/* The call's first argument, elsewhere the session, is the user's name. */
static int ask_for_session(const struct xapi *xapi, const char *originator,
			   char **session_ref, struct error *err)
{
	static const char method[] = "session.login_with_password";

	/* no password, any version */
	return xapi_call_text(xapi, method,
			      json_pack("[s, s, s]", "", "", originator),
			      session_ref, NULL, err);
}

int xapi_login(const struct xapi_options *options, const char *originator,
	       struct xapi **out, struct error *err)
{
	struct xapi_options mine = *options;
	char *session_ref;
	struct xapi *xapi;
	int failed;

	mine.session_ref = USER;
	if (xapi_open(&mine, &xapi, err))
		return -1;
	failed = ask_for_session(xapi, originator, &session_ref, err);
	xapi_close(xapi);
	if (failed)
		return -1;
	mine.session_ref = session_ref;
	failed = xapi_open(&mine, out, err);
	explicit_bzero(session_ref, strlen(session_ref));
	free(session_ref);
	return failed;
}

void xapi_logout(struct xapi *xapi)
{
	struct error err;

	if (!xapi)
		return;
	xapi->transport.stubborn = true;
	xapi->transport.timeout_ms = LOGOUT_MS;
	if (xapi_do(xapi, "session.logout", json_array(), NULL, &err))
		log_warning("xapi's session stays: %s", err.text);
	xapi_close(xapi);
}
