// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xapi_answer FILE: reads a backend's stdout as strictly as xapi does, and
 * shares no code with the backend.
 *
 *   fault CODE TEXT     a fault
 *   PATH: TEXT          one line for each string of any other answer; PATH such
 *                       as configuration[0].key, and "value" for the whole
 *
 * Exit 0: xapi takes it. 1: it does not, and why. 2: no such file.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#define MAX_ANSWER (1 << 20)
#define MAX_PATH   512

__attribute__((format(printf, 1, 2), noreturn)) static void
reject(const char *fmt, ...)
{
	va_list ap;

	printf("rejected: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(1);
}

static int is(const xmlNode *node, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE &&
	       strcmp((const char *)node->name, name) == 0;
}

/* xapi drops nothing else between elements. */
static int blank(const xmlNode *node)
{
	const char *text = (const char *)node->content;

	return node->type == XML_TEXT_NODE &&
	       text[strspn(text, " \t\n")] == '\0';
}

static xmlNode *first_element(xmlNode *node)
{
	for (; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE)
			return node;
		if (!blank(node))
			reject("text where an element is due: %s",
			       (const char *)node->content);
	}
	return NULL;
}

static xmlNode *child(xmlNode *parent)
{
	return first_element(parent->children);
}

static xmlNode *next(xmlNode *node)
{
	return first_element(node->next);
}

static xmlNode *only_child(xmlNode *parent, const char *name)
{
	xmlNode *node = child(parent);

	if (!is(node, name) || next(node))
		reject("<%s> must hold one <%s>", (const char *)parent->name,
		       name);
	return node;
}

/* The text of an element that holds nothing else; the caller's to free. */
static char *text_of(xmlNode *element)
{
	for (xmlNode *node = element->children; node; node = node->next) {
		if (node->type != XML_TEXT_NODE &&
		    node->type != XML_CDATA_SECTION_NODE)
			reject("no text in <%s>", (const char *)element->name);
	}
	return (char *)xmlNodeGetContent(element);
}

/* A string: untyped, or in <string>. */
static char *string_of(xmlNode *value)
{
	xmlNode *node = value->children;

	if (!node)
		reject("empty <value/>");
	while (node && (node->type == XML_TEXT_NODE ||
			node->type == XML_CDATA_SECTION_NODE))
		node = node->next;
	if (!node)
		return text_of(value);
	return text_of(only_child(value, "string"));
}

static void check_names(xmlNode *node)
{
	for (; node; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (node->properties || node->ns || node->nsDef)
			reject("attribute or namespace at <%s>",
			       (const char *)node->name);
		check_names(node->children);
	}
}

static void print_value(xmlNode *value, const char *path);

static void print_struct(xmlNode *node, const char *path)
{
	for (xmlNode *member = child(node); member; member = next(member)) {
		char inner[MAX_PATH];
		xmlNode *name = child(member);
		xmlNode *value = name ? next(name) : NULL;
		char *text;

		if (!is(member, "member") || !is(name, "name") ||
		    !is(value, "value") || next(value))
			reject("not a <member> of <name> and <value>");
		text = text_of(name);
		snprintf(inner, sizeof(inner), "%s%s%s", path,
			 path[0] ? "." : "", text);
		print_value(value, inner);
		free(text);
	}
}

static void print_array(xmlNode *array, const char *path)
{
	unsigned n = 0;
	xmlNode *data = only_child(array, "data");

	printf("%s: array\n", path);
	for (xmlNode *item = child(data); item; item = next(item), n++) {
		char inner[MAX_PATH];

		if (!is(item, "value"))
			reject("<%s> in an array", (const char *)item->name);
		snprintf(inner, sizeof(inner), "%s[%u]", path, n);
		print_value(item, inner);
	}
}

static void print_value(xmlNode *value, const char *path)
{
	xmlNode *node = value->children;
	char *text;

	while (node && blank(node))
		node = node->next;
	if (is(node, "struct")) {
		print_struct(only_child(value, "struct"), path);
		return;
	}
	if (is(node, "array")) {
		print_array(only_child(value, "array"), path);
		return;
	}
	if (is(node, "nil")) {
		if (only_child(value, "nil")->children)
			reject("<nil> is not empty");
		printf("%s: nil\n", path[0] ? path : "value");
		return;
	}
	text = string_of(value);
	printf("%s: %s\n", path[0] ? path : "value", text);
	free(text);
}

static void print_fault(xmlNode *fault)
{
	char *code = NULL, *text = NULL, *end;
	xmlNode *members = only_child(only_child(fault, "value"), "struct");

	for (xmlNode *member = child(members); member; member = next(member)) {
		xmlNode *name = child(member);
		xmlNode *value = name ? next(name) : NULL;
		char *key;

		if (!is(name, "name") || !is(value, "value") || next(value))
			reject("not a <member> of <name> and <value>");
		key = text_of(name);
		if (strcmp(key, "faultCode") == 0 && !code) {
			xmlNode *number = child(value);

			if ((!is(number, "int") && !is(number, "i4")) ||
			    next(number))
				reject("faultCode is no <int>");
			code = text_of(number);
		} else if (strcmp(key, "faultString") == 0 && !text) {
			text = string_of(value);
		} else {
			reject("%s in a fault", key);
		}
		free(key);
	}
	if (!code || !text)
		reject("a fault without faultCode or faultString");
	strtol(code, &end, 10);
	if (end == code || *end)
		reject("faultCode %s", code);
	printf("fault %s %s\n", code, text);
	free(code);
	free(text);
}

static void check_bytes(const char *xml, size_t len)
{
	if (len == 0)
		reject("empty");
	if (xml[0] != '<')
		reject("white space or other bytes in front");
	/* libxml2 would make a line feed of it */
	if (memchr(xml, '\r', len))
		reject("a carriage return");
	if (strlen(xml) != len)
		reject("a NUL byte");
}

int main(int argc, char **argv)
{
	static char xml[MAX_ANSWER + 1];
	xmlNode *root, *node;
	xmlDoc *doc;
	size_t len;
	FILE *file;

	if (argc != 2 || !(file = fopen(argv[1], "r"))) {
		fprintf(stderr, "usage: %s FILE\n", argv[0]);
		return 2;
	}
	len = fread(xml, 1, MAX_ANSWER, file);
	fclose(file);
	check_bytes(xml, len);
	doc = xmlReadMemory(xml, (int)len, NULL, "UTF-8",
			    XML_PARSE_NONET | XML_PARSE_NOERROR |
				    XML_PARSE_NOWARNING);
	if (!doc)
		reject("not well-formed XML in UTF-8");
	if (doc->intSubset || doc->extSubset)
		reject("a document type");
	root = xmlDocGetRootElement(doc);
	check_names(root);
	if (!is(root, "methodResponse"))
		reject("<%s>", (const char *)root->name);
	node = child(root);
	if (is(node, "fault"))
		print_fault(only_child(root, "fault"));
	else
		print_value(only_child(only_child(only_child(root, "params"),
						  "param"),
				       "value"),
			    "");
	xmlFreeDoc(doc);
	return 0;
}
