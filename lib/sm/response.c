// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/response.h"

#include <stdlib.h>
#include <string.h>

#include "rpc/xml.h"
#include "base/utf8.h"

const char response_out_of_memory[] =
	"<?xml version=\"1.0\"?>\n"
	"<methodResponse><fault><value><struct>"
	"<member><name>faultCode</name><value><int>202</int></value></member>"
	"<member><name>faultString</name><value>General backend error "
	"[opterr=out of memory; call again]</value></member>"
	"</struct></value></fault></methodResponse>\n";

const char response_plugin_out_of_memory[] =
	"<?xml version=\"1.0\"?>\n"
	"<methodResponse><params><param><value><struct>"
	"<member><name>Status</name><value>Failure</value></member>"
	"<member><name>ErrorDescription</name><value><array><data>"
	"<value>SR_BACKEND_FAILURE_202</value><value><string></string></value>"
	"<value>General backend error [opterr=out of memory; call "
	"again]</value>"
	"<value><string></string></value>"
	"</data></array></value></member>"
	"</struct></value></param></params></methodResponse>\n";

/* What was written, as a string. */
static char *finish(struct buffer *xml)
{
	buffer_add(xml, "", 1);
	return (char *)xml->data;
}

/* Takes over `value`. */
static char *answer(json_t *value)
{
	struct buffer xml = { 0 };

	rpc_write_response(&xml, value);
	json_decref(value);
	return finish(&xml);
}

static json_t *text_value(const char *text, char feed)
{
	char *clean = text_clean(text, strlen(text), feed);
	json_t *made = json_string(clean);

	free(clean);
	return made;
}

char *response_string(const char *text)
{
	return answer(text_value(text, '\0'));
}

char *response_fault(int number, const char *text)
{
	char *clean = text_clean(text, strlen(text), ' ');
	struct buffer xml = { 0 };

	rpc_write_fault(&xml, number, clean);
	free(clean);
	return finish(&xml);
}

static json_t *configuration_of(const struct sr_type *type)
{
	json_t *list = json_array();

	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];

		if (key->types & type->keys)
			json_array_append_new(
				list,
				json_pack("{s:s, s:s}", "key", key->name,
					  "description", key->description));
	}
	return list;
}

/* sr_create needs no capability; without SR_PROBE xapi would not let sr_probe
 * through. */
char *response_driver_info(const struct sr_type *type)
{
	return answer(json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:[s], s:o}", "name",
		type->driver_name, "description", type->description, "vendor",
		"The relvmoiscsi project", "copyright",
		"(C) The relvmoiscsi authors", "driver_version", VERSION,
		"required_api_version", "1.0", "capabilities", "SR_PROBE",
		"configuration", configuration_of(type)));
}

char *response_plugin_success(const char *text)
{
	return answer(json_pack("{s:s, s:o}", "Status", "Success", "Value",
				text_value(text, '\0')));
}

char *response_plugin_failure(int number, const char *text)
{
	return answer(json_pack("{s:s, s:[o, s, o, s]}", "Status", "Failure",
				"ErrorDescription",
				json_sprintf("SR_BACKEND_FAILURE_%d", number),
				"", text_value(text, ' '), ""));
}
