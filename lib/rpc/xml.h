// SPDX-License-Identifier: LGPL-2.1-only
/*
 * XML-RPC (xmlrpc.com/spec) over libxml2's tree, with ocaml-rpc's nil and
 * untyped strings; values are jansson's. Pure.
 *
 * Hostile text costs no more than its own size: no document type, hence no
 * entities, is taken; libxml2 limits depth (256) and lengths; dates and base64
 * are no values of xapi's here.
 */
#ifndef RPC_XML_H
#define RPC_XML_H

#include <stddef.h>

#include "base/buffer.h"
#include "rpc/value.h"

/* Each returns NULL, or words (static) for why the text is refused, which quote
 * nothing of it.
 *
 * A methodCall: *method is the caller's to free, *params an array for
 * json_decref. */
const char *rpc_read_call(const char *xml, size_t len, char **method,
			  json_t **params);

/* A methodResponse's one value, for json_decref. A fault is refused. */
const char *rpc_read_response(const char *xml, size_t len, json_t **value);

/* Adds text as it stands between tags; with `quotes`, also as in an attribute,
 * which is how minidom writes all. */
void xml_add_escaped(struct buffer *to, const char *text, bool quotes);

/* Adds <value>…</value>. The text must be UTF-8, and may hold what XML cannot:
 * see base/utf8.h. */
void rpc_write_value(struct buffer *to, const json_t *value);

/* Whole texts. */
void rpc_write_call(struct buffer *to, const char *method,
		    const json_t *params);
void rpc_write_response(struct buffer *to, const json_t *value);
void rpc_write_fault(struct buffer *to, int code, const char *text);

#endif
