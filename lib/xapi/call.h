// SPDX-License-Identifier: LGPL-2.1-only
/*
 * One call of the XenAPI.
 */
#ifndef XAPI_CALL_H
#define XAPI_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "xapi/reply.h"
#include "xapi/transport.h"
#include "xapi/xapi.h"

struct xapi {
	struct transport transport;
	char *socket;
	char *session_ref;
	bool secret; /* what is sent must not be logged */
	/* What changes with each call. */
	struct {
		enum {
			XAPI_ASK_NEW, /* nothing is known of it yet */
			XAPI_ASK_JSON,
			XAPI_ASK_XML,
		} way;
		unsigned calls;
		int64_t until; /* xapi_limit; as of clock_now_ms, or 0 */
	} * state;
};

/* Calls `method` with the session and these arguments, an array that is taken
 * over; NULL is one that jansson refused, for it takes UTF-8 only. On 0
 * reply->value is the caller's, to be given to reply_free. On -1 reply->code is
 * xapi's error code, if it was xapi that failed, and *err says ERROR_XAPI with
 * the method's name, ERROR_BAD_VALUE or ERROR_INTERRUPTED.
 *
 * It goes to /jsonrpc, since xapi writes the names of a struct's members into XML
 * as they are (ocaml-rpc's xmlrpc.ml). As XML-RPC it goes where there is no
 * /jsonrpc; where it fails: until 2020 a member of a pool passed it on in XML; and
 * if it holds a secret: until 2017 xapi logged each (ocaml/xapi/api_server.ml). */
int xapi_call(const struct xapi *xapi, const char *method, json_t *arguments,
	      struct xapi_reply *reply, struct error *err);

/* The same for what it does: the answer's value is dropped. `reply` may be NULL. */
int xapi_do(const struct xapi *xapi, const char *method, json_t *arguments,
	    struct xapi_reply *reply, struct error *err);

/* Adds one to the terms of a query, of which any may hold, in the language of
 * xapi's db_filter. */
void xapi_where_add(struct buffer *query, const char *field, const char *value);

/* The arguments of a get_all_records_where with this query, which is freed. */
json_t *xapi_where(struct buffer *query);

/* Whether a failed call's answer is there, but held text that XML cannot hold: a
 * pool member asks its master by XML-RPC, and fails itself. */
bool xapi_cannot_send(const struct xapi_reply *reply);

/* xapi_call for an answer that must be of this type; *out is for json_decref. */
int xapi_call_for(const struct xapi *xapi, const char *method,
		  json_t *arguments, json_type type, json_t **out,
		  struct error *err);

/* ... that is a string; *out is the caller's to free. `code`, which may be NULL,
 * has room for REPLY_CODE_SIZE. */
int xapi_call_text(const struct xapi *xapi, const char *method,
		   json_t *arguments, char **out, char *code,
		   struct error *err);
int xapi_ask_text(const struct xapi *xapi, const char *method,
		  const char *argument, char **out, char *code,
		  struct error *err);

/* ... of <class>.get_all: references, each a string; *out is for json_decref. */
int xapi_ask_all(const struct xapi *xapi, const char *class, json_t **out,
		 struct error *err);

/* The reference of the object that has this uuid, by <class>.get_by_uuid; *out
 * is the caller's to free, NULL if there is no such object. */
int xapi_find_uuid(const struct xapi *xapi, const char *class, const char *uuid,
		   char **out, struct error *err);

#endif
