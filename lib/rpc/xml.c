// SPDX-License-Identifier: LGPL-2.1-only
#include "rpc/xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/alloc.h"

/* ---- reading ---- */

static bool is(const xmlNode *node, const char *name)
{
	return node && strcmp((const char *)node->name, name) == 0;
}

/* The first element from `node` on; text between elements is blank, or
 * nobody's. */
static const xmlNode *element(const xmlNode *node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

/* The one element in `parent`, if it has this name. */
static const xmlNode *only(const xmlNode *parent, const char *name)
{
	const xmlNode *child = parent ? element(parent->children) : NULL;

	return is(child, name) && !element(child->next) ? child : NULL;
}

/* The text in an element that holds no other; *out is for xmlFree. */
static xmlChar *text_in(const xmlNode *node)
{
	return element(node->children) ? NULL : xmlNodeGetContent(node);
}

static json_t *read_value(const xmlNode *value);

static json_t *read_struct(const xmlNode *node)
{
	json_t *made = json_object();

	for (const xmlNode *m = element(node->children); m;
	     m = element(m->next)) {
		const xmlNode *name = element(m->children);
		const xmlNode *value = name ? element(name->next) : NULL;
		xmlChar *key = is(m, "member") && is(name, "name")
				       ? text_in(name)
				       : NULL;
		bool good = key && is(value, "value") &&
			    !element(value->next) &&
			    json_object_set_new(made, (const char *)key,
						read_value(value)) == 0;

		xmlFree(key);
		if (!good) {
			json_decref(made);
			return NULL;
		}
	}
	return made;
}

static json_t *read_array(const xmlNode *node)
{
	const xmlNode *data = only(node, "data");
	json_t *made = json_array();

	for (const xmlNode *v = data ? element(data->children) : NULL; v;
	     v = element(v->next)) {
		if (!is(v, "value") ||
		    json_array_append_new(made, read_value(v))) {
			data = NULL;
			break;
		}
	}
	if (!data) {
		json_decref(made);
		return NULL;
	}
	return made;
}

static json_t *read_number(const xmlNode *node, const char *text)
{
	char *end;
	json_t *made;

	if (is(node, "double"))
		made = json_real(strtod(text, &end));
	else if (is(node, "boolean"))
		made = json_boolean(strtol(text, &end, 10) != 0);
	else
		made = json_integer(strtoll(text, &end, 10));
	if (end == text || *end) {
		json_decref(made);
		return NULL;
	}
	return made;
}

static json_t *read_scalar(const xmlNode *node)
{
	xmlChar *text = text_in(node);
	json_t *made = NULL;

	/* A time is a text here, as it is in JSON. */
	if (text && (is(node, "string") || is(node, "value") ||
		     is(node, "dateTime.iso8601")))
		made = json_string((const char *)text);
	else if (text && (is(node, "int") || is(node, "i4") ||
			  is(node, "boolean") || is(node, "double")))
		made = read_number(node, (const char *)text);
	xmlFree(text);
	return made;
}

/* NULL if it is none. */
static json_t *read_value(const xmlNode *value)
{
	const xmlNode *type = element(value->children);

	if (!type)
		return read_scalar(value);
	if (element(type->next))
		return NULL;
	if (is(type, "struct"))
		return read_struct(type);
	if (is(type, "array"))
		return read_array(type);
	if (is(type, "nil"))
		return json_null();
	return read_scalar(type);
}

/* libxml2 would go on after an error, and tell each of 100,000 in a comment with a
 * copy of the comment so far. */
#if LIBXML_VERSION < 21200
static void stop_at_first(void *parser, xmlError *error)
#else
static void stop_at_first(void *parser, const xmlError *error)
#endif
{
	if (error->level == XML_ERR_FATAL)
		xmlStopParser(parser);
}

static const char *parse(const char *xml, size_t len, xmlDoc **doc)
{
	xmlParserCtxt *parser;

	if (memchr(xml, '\0', len))
		return "it holds a NUL byte";
	if (memmem(xml, len, "<!DOCTYPE", 9))
		return "it declares a document type or an entity";
	parser = xmlNewParserCtxt();
	parser->sax->serror = stop_at_first;
	/* It is UTF-8, whatever it says of itself: to say so, too, would have
	 * libxml2 convert it, and refuse what is longer than 10 MB. */
	*doc = xmlCtxtReadMemory(parser, xml, (int)len, NULL, NULL,
				 XML_PARSE_IGNORE_ENC | XML_PARSE_NONET |
					 XML_PARSE_NOERROR |
					 XML_PARSE_NOWARNING);
	xmlFreeParserCtxt(parser);
	return *doc ? NULL : "it is not well-formed XML";
}

/* Reads <params><param><value>… */
static json_t *read_params(const xmlNode *params)
{
	json_t *made = json_array();

	for (const xmlNode *p = element(params->children); p;
	     p = element(p->next)) {
		const xmlNode *value = is(p, "param") ? only(p, "value") : NULL;

		if (!value || json_array_append_new(made, read_value(value))) {
			json_decref(made);
			return NULL;
		}
	}
	return made;
}

const char *rpc_read_call(const char *xml, size_t len, char **method,
			  json_t **params)
{
	static const char not_one[] = "it is not an XML-RPC methodCall";
	const xmlNode *root, *name, *list;
	xmlChar *text = NULL;
	xmlDoc *doc;
	const char *refused = parse(xml, len, &doc);

	if (refused)
		return refused;
	root = xmlDocGetRootElement(doc);
	name = is(root, "methodCall") ? element(root->children) : NULL;
	list = name ? element(name->next) : NULL;
	if (is(name, "methodName") && is(list, "params") &&
	    !element(list->next))
		text = text_in(name);
	*params = text ? read_params(list) : NULL;
	*method = *params ? alloc_text((const char *)text) : NULL;
	xmlFree(text);
	xmlFreeDoc(doc);
	if (*method)
		return NULL;
	json_decref(*params);
	return not_one;
}

const char *rpc_read_response(const char *xml, size_t len, json_t **value)
{
	const xmlNode *root, *node;
	xmlDoc *doc;
	const char *refused = parse(xml, len, &doc);

	if (refused)
		return refused;
	root = xmlDocGetRootElement(doc);
	refused = "it is not an XML-RPC methodResponse";
	if (is(root, "methodResponse")) {
		if (only(root, "fault"))
			refused = "it is a fault";
		node = only(only(only(root, "params"), "param"), "value");
		*value = node ? read_value(node) : NULL;
		if (*value)
			refused = NULL;
	}
	xmlFreeDoc(doc);
	return refused;
}

/* ---- writing ---- */

/* A carriage return would be read as a line feed. */
void xml_add_escaped(struct buffer *to, const char *text, bool quotes)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			buffer_add_text(to, "&amp;");
			break;
		case '<':
			buffer_add_text(to, "&lt;");
			break;
		case '>':
			buffer_add_text(to, "&gt;");
			break;
		case '"':
			buffer_add_text(to, quotes ? "&quot;" : "\"");
			break;
		case '\r':
			buffer_add_text(to, "&#13;");
			break;
		default:
			buffer_add(to, text, 1);
		}
	}
}

static void add_tagged(struct buffer *to, const char *tag, const char *text)
{
	buffer_printf(to, "<%s>", tag);
	xml_add_escaped(to, text, false);
	buffer_printf(to, "</%s>", tag);
}

static void add_struct(struct buffer *to, const json_t *value)
{
	buffer_add_text(to, "<struct>");
	/* json_object_iter does not change what it is given */
	for (void *at = json_object_iter((json_t *)(uintptr_t)value); at;
	     at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
		buffer_add_text(to, "<member>");
		add_tagged(to, "name", json_object_iter_key(at));
		rpc_write_value(to, json_object_iter_value(at));
		buffer_add_text(to, "</member>");
	}
	buffer_add_text(to, "</struct>");
}

static void add_array(struct buffer *to, const json_t *value)
{
	buffer_add_text(to, "<array><data>");
	for (size_t i = 0; i < json_array_size(value); i++)
		rpc_write_value(to, json_array_get(value, i));
	buffer_add_text(to, "</data></array>");
}

void rpc_write_value(struct buffer *to, const json_t *value)
{
	char number[32];

	buffer_add_text(to, "<value>");
	if (json_is_object(value)) {
		add_struct(to, value);
	} else if (json_is_array(value)) {
		add_array(to, value);
	} else if (json_is_string(value)) {
		add_tagged(to, "string", json_string_value(value));
	} else if (json_is_integer(value)) {
		snprintf(number, sizeof(number), "%lld",
			 (long long)json_integer_value(value));
		add_tagged(to, "int", number);
	} else if (json_is_boolean(value)) {
		add_tagged(to, "boolean", json_is_true(value) ? "1" : "0");
	} else {
		buffer_add_text(to, "<nil/>");
	}
	buffer_add_text(to, "</value>");
}

static const char head[] = "<?xml version=\"1.0\"?>\n";

void rpc_write_call(struct buffer *to, const char *method, const json_t *params)
{
	buffer_add_text(to, head);
	buffer_add_text(to, "<methodCall>");
	add_tagged(to, "methodName", method);
	buffer_add_text(to, "<params>");
	for (size_t i = 0; i < json_array_size(params); i++) {
		buffer_add_text(to, "<param>");
		rpc_write_value(to, json_array_get(params, i));
		buffer_add_text(to, "</param>");
	}
	buffer_add_text(to, "</params></methodCall>\n");
}

void rpc_write_response(struct buffer *to, const json_t *value)
{
	buffer_add_text(to, head);
	buffer_add_text(to, "<methodResponse><params><param>");
	rpc_write_value(to, value);
	buffer_add_text(to, "</param></params></methodResponse>\n");
}

void rpc_write_fault(struct buffer *to, int code, const char *text)
{
	json_t *fault =
		json_pack("{s:i, s:s}", "faultCode", code, "faultString", text);

	buffer_add_text(to, head);
	buffer_add_text(to, "<methodResponse><fault>");
	rpc_write_value(to, fault);
	buffer_add_text(to, "</fault></methodResponse>\n");
	json_decref(fault);
}
