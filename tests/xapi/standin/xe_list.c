// SPDX-License-Identifier: LGPL-2.1-only
#include "xe_list.h"

#include <stdio.h>
#include <string.h>

#include "client.h"

static const struct {
	const char *command, *class, *fields;
} lists[] = {
	{ "sm-list", "SM",
	  "uuid,type,name-label,name-description,vendor,copyright,"
	  "configuration" },
	{ "sr-list", "SR",
	  "uuid,name-label,name-description,type,content-type" },
	{ "pbd-list", "PBD",
	  "uuid,host-uuid,sr-uuid,device-config,currently-attached" },
	{ "host-list", "host", "uuid,name-label" },
	{ "vdi-list", "VDI", "uuid,name-label,name-description,sr-uuid" },
	{ "task-list", "task",
	  "uuid,name-label,name-description,status,progress" },
	{ "secret-list", "secret", "uuid,value" },
};

#define LISTS (sizeof(lists) / sizeof(*lists))

bool is_list(const char *command)
{
	for (size_t i = 0; i < LISTS; i++) {
		if (strcmp(lists[i].command, command) == 0)
			return true;
	}
	return false;
}

/* "a: b; c: d", or without the values. */
static const char *map_text(value *map)
{
	const char *all = "";

	for (size_t i = 0; i < size_of(map); i++) {
		value *item;
		const char *key = member_at(map, i, &item);

		all = text("%s%s%s: %s", all, i ? "; " : "", key,
			   text_of(item));
	}
	return all;
}

static const char *value_text(value *from)
{
	if (!from)
		return "";
	switch ((int)xmlrpc_value_type(from)) {
	case XMLRPC_TYPE_STRING:
		return text_of(from);
	case XMLRPC_TYPE_BOOL:
		return is_true(from) ? "true" : "false";
	case XMLRPC_TYPE_DOUBLE:
		return text("%.3f", double_of(from));
	case XMLRPC_TYPE_STRUCT:
		return map_text(from);
	default:
		return "";
	}
}

/* The field that xe calls so: name-label is name_label, sr-uuid the uuid of the
 * SR. */
static const char *field_text(value *record, const char *name)
{
	char field[64];
	const char *class = NULL;

	if (strcmp(name, "sr-uuid") == 0)
		class = "SR";
	if (strcmp(name, "host-uuid") == 0)
		class = "host";
	if (class) {
		value *ref = array_value();

		append(ref, get(record, class));
		return value_text(client_call(text("%s.get_uuid", class), ref));
	}
	snprintf(field, sizeof(field), "%s", name);
	for (char *at = field; *at; at++) {
		if (*at == '-')
			*at = '_';
	}
	return value_text(get(record, field));
}

static bool wanted(value *record, char **arguments)
{
	for (char **at = arguments; *at; at++) {
		const char *equals = strchr(*at, '=');
		const char *name;

		if (!equals || strncmp(*at, "params=", 7) == 0)
			continue;
		name = text("%.*s", (int)(equals - *at), *at);
		if (strcmp(field_text(record, name), equals + 1) != 0)
			return false;
	}
	return true;
}

static void print_record(value *record, const char *fields)
{
	size_t longest = 0;

	for (const char *at = fields; *at; at += strcspn(at, ",")) {
		at += *at == ',';
		if (strcspn(at, ",") > longest)
			longest = strcspn(at, ",");
	}
	for (const char *at = fields; *at;) {
		int len = (int)strcspn(at, ",");
		const char *name = text("%.*s", len, at);
		const char *shown = text("%s ( RO)", name);
		int width = (int)longest + 4 + 5;

		printf(at == fields ? "%-*s: %s\n" : "%*s: %s\n", width, shown,
		       field_text(record, name));
		at += len + (at[len] ? 1 : 0);
	}
	printf("\n\n");
}

value *list(const char *command, char **arguments)
{
	const char *fields = NULL, *class = NULL;
	bool minimal = false, first = true;
	value *table;

	for (size_t i = 0; i < LISTS; i++) {
		if (strcmp(lists[i].command, command) == 0) {
			class = lists[i].class;
			fields = lists[i].fields;
		}
	}
	for (char **at = arguments; *at; at++) {
		if (strncmp(*at, "params=", 7) == 0)
			fields = *at + 7;
		if (strcmp(*at, "--minimal") == 0)
			minimal = true;
	}
	table = client_call(text("%s.get_all_records", class), array_value());
	for (size_t i = 0; i < size_of(table); i++) {
		value *record;

		member_at(table, i, &record);
		if (!wanted(record, arguments))
			continue;
		if (!minimal)
			print_record(record, fields);
		else
			printf("%s%s", first ? "" : ",",
			       field_text(record,
					  text("%.*s",
					       (int)strcspn(fields, ","),
					       fields)));
		first = false;
	}
	if (minimal)
		printf("\n");
	return table;
}
