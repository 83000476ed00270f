// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The request as xapi writes it, and everything that is not one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sm/request.h"

#define CALL_HEAD                                        \
	"<methodCall><methodName>sr_create</methodName>" \
	"<params><param><value><struct>"
#define CALL_TAIL "</struct></value></param></params></methodCall>"
#define MEMBER(name, value) \
	"<member><name>" name "</name><value>" value "</value></member>"
#define STRUCT(members) "<struct>" members "</struct>"
#define CONFIG(members) MEMBER("device_config", STRUCT(members))

/* A request that must be refused; the words must hold `words`. */
static void refused_bytes(const char *xml, size_t len, const char *words)
{
	struct request request = { 0 };
	struct error err = { 0 };

	assert_int_equal(request_parse(xml, len, &request, &err), -1);
	assert_int_equal(err.code, ERROR_BAD_REQUEST);
	assert_non_null(strstr(err.text, words));
	assert_null(request.command);
}

static void refused(const char *xml, const char *words)
{
	refused_bytes(xml, strlen(xml), words);
}

static struct request accepted(const char *xml)
{
	struct request request = { 0 };
	struct error err = { 0 };

	if (request_parse(xml, strlen(xml), &request, &err))
		fail_msg("%s", err.text);
	return request;
}

static void takes_what_xapi_writes(void **state)
{
	struct request r = accepted(
		CALL_HEAD MEMBER("host_ref", "OpaqueRef:1") MEMBER(
			"command",
			"sr_create") MEMBER("args",
					    "<array><data><value>0</value>"
					    "</data></array>")
			CONFIG(MEMBER("target", "10.0.0.1") MEMBER(
				"chappassword", "a&lt;b&amp;c&gt;&quot;")
				       MEMBER("port", "")) MEMBER("session_ref",
								  "OpaqueRef:2")
				MEMBER("sr_sm_config", "<struct/>") MEMBER(
					"sr_ref",
					"OpaqueRef:3") MEMBER("sr_uuid", "u")
					MEMBER("subtask_of", "DummyRef:4")
						MEMBER("local_cache_sr", "x")
							CALL_TAIL);

	(void)state;
	assert_string_equal(r.command, "sr_create");
	assert_string_equal(r.host_ref, "OpaqueRef:1");
	assert_string_equal(r.session_ref, "OpaqueRef:2");
	assert_string_equal(r.sr_ref, "OpaqueRef:3");
	assert_string_equal(r.sr_uuid, "u");
	assert_int_equal(json_object_size(r.device_config), 3);
	assert_string_equal(
		json_object_iter_key(json_object_iter(r.device_config)),
		"target");
	assert_string_equal(value_get(r.device_config, "chappassword"),
			    "a<b&c>\"");
	assert_string_equal(value_get(r.device_config, "port"), "");
	assert_null(value_get(r.device_config, "SCSIid"));
	request_free(&r);
	assert_null(r.command);
}

static void takes_a_call_without_a_session(void **state)
{
	struct request r = accepted(
		"<methodCall><methodName>sr_get_driver_info</methodName>"
		"<params><param><value><struct>" MEMBER("command",
							"sr_get_driver_info")
			MEMBER("args", "<array><data/></array>")
				MEMBER("device_config", "<struct/>") CALL_TAIL);

	(void)state;
	assert_string_equal(r.command, "sr_get_driver_info");
	assert_null(r.session_ref);
	assert_null(r.sr_uuid);
	request_free(&r);
}

static void refuses_what_is_no_call(void **state)
{
	(void)state;
	refused("", "refused");
	refused("not XML", "well-formed");
	refused("<", "well-formed");
	refused("<methodResponse/>", "methodCall");
	refused("<methodCall><params/></methodCall>", "methodCall");
	refused(CALL_HEAD CONFIG(""), "well-formed");
	refused("<methodCall><methodName>a</methodName><params/></methodCall>",
		"0 parameters");
	refused("<methodCall><methodName>a</methodName><params>"
		"<param><value>a</value></param></params></methodCall>",
		"the parameter is of type string");
}

static void names_the_member_of_a_wrong_type(void **state)
{
	(void)state;
	refused(CALL_HEAD CALL_TAIL, "device_config is missing");
	refused(CALL_HEAD MEMBER("device_config", "x") CALL_TAIL,
		"device_config is of type string, not struct");
	refused(CALL_HEAD CONFIG(MEMBER("port", "<int>1</int>")) CALL_TAIL,
		"device_config: port is of type int, not string");
	refused(CALL_HEAD CONFIG(MEMBER("port", "<struct/>")) CALL_TAIL,
		"device_config: port is of type struct");
	refused(CALL_HEAD CONFIG("") MEMBER("sr_uuid", "<nil/>") CALL_TAIL,
		"sr_uuid is of type nil");
	refused(CALL_HEAD CONFIG("") MEMBER("command", "sr_delete") CALL_TAIL,
		"command");
}

static void quotes_no_value(void **state)
{
	struct request request = { 0 };
	struct error err = { 0 };
	const char *xml =
		CALL_HEAD CONFIG(MEMBER("chappassword", "x&#1;SECRET"))
			CALL_TAIL;

	(void)state;
	assert_int_equal(request_parse(xml, strlen(xml), &request, &err), -1);
	assert_null(strstr(err.text, "SECRET"));
}

static void refuses_bytes_that_are_no_xml_text(void **state)
{
	static const char nul[] =
		CALL_HEAD CONFIG(MEMBER("target", "a\0b")) CALL_TAIL;

	(void)state;
	refused_bytes(nul, sizeof(nul) - 1, "NUL");
	refused(CALL_HEAD CONFIG(MEMBER("target", "&#0;")) CALL_TAIL,
		"well-formed");
	refused(CALL_HEAD CONFIG(MEMBER("target", "\xff")) CALL_TAIL,
		"well-formed");
	refused(CALL_HEAD CONFIG(MEMBER("target", "\xc0\x80")) CALL_TAIL,
		"well-formed");
	refused(CALL_HEAD CONFIG(MEMBER("target", "\x01")) CALL_TAIL,
		"well-formed");
	refused(CALL_HEAD CONFIG(MEMBER("R&D", "a")) CALL_TAIL, "well-formed");
}

static void takes_utf8(void **state)
{
	struct request r = accepted(CALL_HEAD CONFIG(
		MEMBER("target", "\xc3\xa9\xf0\x9f\x98\x80")) CALL_TAIL);

	(void)state;
	assert_string_equal(value_get(r.device_config, "target"),
			    "\xc3\xa9\xf0\x9f\x98\x80");
	request_free(&r);
}

static void refuses_declarations(void **state)
{
	struct request r;

	(void)state;
	refused("<!DOCTYPE a [<!ENTITY b \"c\">]>" CALL_HEAD CONFIG("")
			CALL_TAIL,
		"declares");
	r = accepted(
		"<?xml version=\"1.0\"?><!-- <!ENTITY -->" CALL_HEAD CONFIG("")
			CALL_TAIL);
	request_free(&r);
}

/* `count` times `piece`, to be freed. */
static char *repeated(const char *piece, size_t count)
{
	size_t n = strlen(piece);
	char *text = malloc(n * count + 1);

	assert_non_null(text);
	for (size_t i = 0; i < count; i++)
		memcpy(text + i * n, piece, n);
	text[n * count] = '\0';
	return text;
}

static void refuses_deep_nesting(void **state)
{
	char *deep = repeated("<value><array><data>", 3000);

	(void)state;
	refused(deep, "well-formed");
	free(deep);
}

static void refuses_what_no_argument_can_hold(void **state)
{
	char *long_value = repeated("x", 100 * 1024);
	char *too_long = repeated(" ", REQUEST_MAX + 1);
	char *xml;
	struct request r;

	(void)state;
	refused(too_long, "more than");
	assert_true(asprintf(&xml, "%s%s%s",
			     CALL_HEAD "<member><name>device_config</name>"
				       "<value><struct><member><name>target"
				       "</name><value>",
			     long_value,
			     "</value></member></struct></value></"
			     "member>" CALL_TAIL) > 0);
	r = accepted(xml);
	assert_string_equal(value_get(r.device_config, "target"), long_value);
	request_free(&r);
	free(xml);
	free(too_long);
	free(long_value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_xapi_writes),
		cmocka_unit_test(takes_a_call_without_a_session),
		cmocka_unit_test(refuses_what_is_no_call),
		cmocka_unit_test(names_the_member_of_a_wrong_type),
		cmocka_unit_test(quotes_no_value),
		cmocka_unit_test(refuses_bytes_that_are_no_xml_text),
		cmocka_unit_test(takes_utf8),
		cmocka_unit_test(refuses_declarations),
		cmocka_unit_test(refuses_deep_nesting),
		cmocka_unit_test(refuses_what_no_argument_can_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
