// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/response.h"

#include <stdlib.h>
#include <string.h>

#include <xmlrpc-c/base.h>

#include "sm/printable.h"

const char response_out_of_memory[] =
	"<?xml version=\"1.0\"?>\n"
	"<methodResponse><fault><value><struct>"
	"<member><name>faultCode</name><value><int>202</int></value></member>"
	"<member><name>faultString</name><value>General backend error "
	"[opterr=out of memory]</value></member>"
	"</struct></value></fault></methodResponse>\n";

/* The serialised answer as a string. xmlrpc-c ends its lines with CR LF; the CR
 * go, since xapi's reader drops only blanks, tabs and LF between elements. A CR
 * inside a text is written as a character reference and stays. */
static char *text_of(const xmlrpc_mem_block *xml)
{
	const char *from = xmlrpc_mem_block_contents(xml);
	size_t len = xmlrpc_mem_block_size(xml);
	char *text = malloc(len + 1);
	char *to = text;

	if (!text)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (from[i] != '\r')
			*to++ = from[i];
	}
	*to = '\0';
	return text;
}

/* What serialisation left, as a string; NULL if *env has a failure. Frees both.
 */
static char *finish(xmlrpc_env *env, xmlrpc_mem_block *xml)
{
	char *text = env->fault_occurred ? NULL : text_of(xml);

	if (xml)
		xmlrpc_mem_block_free(xml);
	xmlrpc_env_clean(env);
	return text;
}

static xmlrpc_mem_block *new_block(xmlrpc_env *env)
{
	xmlrpc_mem_block *xml = xmlrpc_mem_block_new(env, 0);

	return env->fault_occurred ? NULL : xml;
}

/* xmlrpc-c's constructors return a wild pointer when they fail, and its other
 * functions may then have dropped references that are not theirs. So after a
 * failure, which is lack of memory, no value is touched again. */
static xmlrpc_value *made(const xmlrpc_env *env, xmlrpc_value *value)
{
	return env->fault_occurred ? NULL : value;
}

/* Takes over `value` and *env. */
static char *answer(xmlrpc_env *env, xmlrpc_value *value)
{
	xmlrpc_mem_block *xml = NULL;

	if (!env->fault_occurred)
		xml = new_block(env);
	if (!env->fault_occurred)
		xmlrpc_serialize_response(env, xml, value);
	if (!env->fault_occurred)
		xmlrpc_DECREF(value);
	return finish(env, xml);
}

char *response_nil(void)
{
	xmlrpc_value *nil;
	xmlrpc_env env;

	xmlrpc_env_init(&env);
	nil = made(&env, xmlrpc_nil_new(&env));
	return answer(&env, nil);
}

char *response_string(const char *text)
{
	char *clean = printable_text(text, false);
	xmlrpc_value *value;
	xmlrpc_env env;

	if (!clean)
		return NULL;
	xmlrpc_env_init(&env);
	value = made(&env, xmlrpc_string_new(&env, clean));
	free(clean);
	return answer(&env, value);
}

char *response_fault(int number, const char *text)
{
	char *clean = printable_text(text, true);
	/* xmlrpc_env_set_fault would put other words in place of ours when
	 * memory is short */
	const xmlrpc_env fault = {
		.fault_occurred = 1,
		.fault_code = number,
		.fault_string = clean,
	};
	xmlrpc_mem_block *xml;
	xmlrpc_env env;

	if (!clean)
		return NULL;
	xmlrpc_env_init(&env);
	xml = new_block(&env);
	if (!env.fault_occurred)
		xmlrpc_serialize_fault(&env, xml, &fault);
	free(clean);
	return finish(&env, xml);
}

/* The next three do nothing once *env has a failure. What they add they take
 * over. */

static void add_member(xmlrpc_env *env, xmlrpc_value *to, const char *key,
		       xmlrpc_value *value)
{
	if (!env->fault_occurred)
		xmlrpc_struct_set_value(env, to, key, value);
	if (!env->fault_occurred)
		xmlrpc_DECREF(value);
}

static void add_text(xmlrpc_env *env, xmlrpc_value *to, const char *key,
		     const char *text)
{
	if (!env->fault_occurred)
		add_member(env, to, key,
			   made(env, xmlrpc_string_new(env, text)));
}

static void add_item(xmlrpc_env *env, xmlrpc_value *to, xmlrpc_value *value)
{
	if (!env->fault_occurred)
		xmlrpc_array_append_item(env, to, value);
	if (!env->fault_occurred)
		xmlrpc_DECREF(value);
}

static xmlrpc_value *capabilities_of(xmlrpc_env *env,
				     const struct driver_info *info)
{
	xmlrpc_value *list = made(env, xmlrpc_array_new(env));

	for (const char *const *name = info->capabilities;
	     *name && !env->fault_occurred; name++)
		add_item(env, list, made(env, xmlrpc_string_new(env, *name)));
	return list;
}

static xmlrpc_value *configuration_of(xmlrpc_env *env,
				      const struct driver_info *info)
{
	xmlrpc_value *list = made(env, xmlrpc_array_new(env));

	for (size_t i = 0;
	     i < info->configuration_count && !env->fault_occurred; i++) {
		const struct config_key *key = &info->configuration[i];
		xmlrpc_value *item = made(env, xmlrpc_struct_new(env));

		add_text(env, item, "key", key->name);
		add_text(env, item, "description", key->description);
		add_item(env, list, item);
	}
	return list;
}

char *response_driver_info(const struct driver_info *info)
{
	xmlrpc_value *value;
	xmlrpc_env env;

	xmlrpc_env_init(&env);
	value = made(&env, xmlrpc_struct_new(&env));
	add_text(&env, value, "name", info->name);
	add_text(&env, value, "description", info->description);
	add_text(&env, value, "vendor", info->vendor);
	add_text(&env, value, "copyright", info->copyright);
	add_text(&env, value, "driver_version", info->driver_version);
	add_text(&env, value, "required_api_version",
		 info->required_api_version);
	if (!env.fault_occurred)
		add_member(&env, value, "capabilities",
			   capabilities_of(&env, info));
	if (!env.fault_occurred)
		add_member(&env, value, "configuration",
			   configuration_of(&env, info));
	return answer(&env, value);
}

const char response_plugin_out_of_memory[] =
	"<?xml version=\"1.0\"?>\n"
	"<methodResponse><params><param><value><struct>"
	"<member><name>Status</name><value>Failure</value></member>"
	"<member><name>ErrorDescription</name><value><array><data>"
	"<value>SR_BACKEND_FAILURE_202</value><value></value>"
	"<value>General backend error [opterr=out of memory]</value>"
	"</data></array></value></member>"
	"</struct></value></param></params></methodResponse>\n";

char *response_plugin_success(const char *text)
{
	char *clean = printable_text(text, false);
	xmlrpc_value *value;
	xmlrpc_env env;

	if (!clean)
		return NULL;
	xmlrpc_env_init(&env);
	value = made(&env, xmlrpc_struct_new(&env));
	add_text(&env, value, "Status", "Success");
	add_text(&env, value, "Value", clean);
	free(clean);
	return answer(&env, value);
}

char *response_plugin_failure(const char *code, const char *text)
{
	char *clean = printable_text(text, true);
	xmlrpc_value *value, *words;
	xmlrpc_env env;

	if (!clean)
		return NULL;
	xmlrpc_env_init(&env);
	value = made(&env, xmlrpc_struct_new(&env));
	add_text(&env, value, "Status", "Failure");
	words = made(&env, xmlrpc_array_new(&env));
	for (int i = 0; i < 4 && !env.fault_occurred; i++) {
		const char *const parts[] = { code, "", clean, "" };

		add_item(&env, words,
			 made(&env, xmlrpc_string_new(&env, parts[i])));
	}
	if (!env.fault_occurred)
		add_member(&env, value, "ErrorDescription", words);
	free(clean);
	return answer(&env, value);
}
