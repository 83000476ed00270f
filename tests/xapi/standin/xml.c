// SPDX-License-Identifier: LGPL-2.1-only
#include "xml.h"

#include <stdio.h>
#include <stdlib.h>

static void write_text(FILE *to, const char *from)
{
	for (; *from; from++) {
		switch (*from) {
		case '&':
			fputs("&amp;", to);
			break;
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '"':
			fputs("&quot;", to);
			break;
		default:
			fputc(*from, to);
		}
	}
}

static void write_value(FILE *to, const char *from)
{
	if (!from[0]) {
		fputs("<value/>", to);
		return;
	}
	fputs("<value>", to);
	write_text(to, from);
	fputs("</value>", to);
}

static void write_name(FILE *to, const char *name)
{
	fputs("<member><name>", to);
	write_text(to, name);
	fputs("</name>", to);
}

static void write_member(FILE *to, const char *name, const char *from)
{
	if (!from)
		return;
	write_name(to, name);
	write_value(to, from);
	fputs("</member>", to);
}

static void write_map(FILE *to, value *map)
{
	if (!size_of(map)) {
		fputs("<value><struct/></value>", to);
		return;
	}
	fputs("<value><struct>", to);
	for (size_t i = 0; i < size_of(map); i++) {
		value *item;
		const char *key = member_at(map, i, &item);

		write_member(to, key, text_of(item));
	}
	fputs("</struct></value>", to);
}

static void write_args(FILE *to, const char *argument)
{
	write_name(to, "args");
	if (argument) {
		fputs("<value><array><data>", to);
		write_value(to, argument);
		fputs("</data></array></value></member>", to);
	} else {
		fputs("<value><array><data/></array></value></member>", to);
	}
}

static void write_map_member(FILE *to, const char *name, value *map)
{
	write_name(to, name);
	write_map(to, map);
	fputs("</member>", to);
}

static const char *finished(FILE *file, char **bytes)
{
	const char *kept;

	fclose(file);
	kept = text("%s", *bytes);
	free(*bytes);
	return kept;
}

const char *sm_call_xml(const struct sm_call *call)
{
	char *bytes;
	size_t len;
	FILE *to = open_memstream(&bytes, &len);

	fputs("<methodCall><methodName>", to);
	write_text(to, call->command);
	fputs("</methodName><params><param><value><struct>", to);
	write_member(to, "host_ref", call->host_ref);
	write_member(to, "command", call->command);
	write_args(to, call->args);
	write_map_member(to, "device_config", call->device_config);
	write_member(to, "session_ref", call->session_ref);
	if (call->sr_sm_config)
		write_map_member(to, "sr_sm_config", call->sr_sm_config);
	write_member(to, "sr_ref", call->sr_ref);
	write_member(to, "sr_uuid", call->sr_uuid);
	write_member(to, "subtask_of", call->subtask_of);
	fputs("</struct></value></param></params></methodCall>", to);
	return finished(to, &bytes);
}

const char *plugin_call_xml(const char *function, const char *session_ref,
			    value *arguments)
{
	char *bytes;
	size_t len;
	FILE *to = open_memstream(&bytes, &len);

	fputs("<methodCall><methodName>", to);
	write_text(to, function);
	fputs("</methodName><params><param>", to);
	write_value(to, session_ref);
	fputs("</param><param>", to);
	write_map(to, arguments);
	fputs("</param></params></methodCall>", to);
	return finished(to, &bytes);
}
