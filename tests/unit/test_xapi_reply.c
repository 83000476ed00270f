// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xapi's answers, good, bad and hostile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "xapi/reply.h"

#define ANSWER(members)                                          \
	"<methodResponse><params><param><value><struct>" members \
	"</struct></value></param></params></methodResponse>"
#define MEMBER(name, value) \
	"<member><name>" name "</name><value>" value "</value></member>"
#define SUCCESS(value) \
	ANSWER(MEMBER("Status", "Success") MEMBER("Value", value))
#define ITEM(text) "<value>" text "</value>"
#define FAILURE(items)                             \
	ANSWER(MEMBER("Status", "Failure") MEMBER( \
		"ErrorDescription", "<array><data>" items "</data></array>"))

static int read_it(const char *xml, struct xapi_reply *reply, struct error *err)
{
	return reply_read_xml(xml, strlen(xml), "OpaqueRef:secret", reply, err);
}

static void takes_text(const char *xml, const char *expected)
{
	struct xapi_reply reply;
	struct error err;
	const char *text;

	if (read_it(xml, &reply, &err))
		fail_msg("%s", err.text);
	assert_int_equal(value_text(reply.value, ERROR_XAPI, "it", &text, &err),
			 0);
	assert_string_equal(text, expected);
	assert_string_equal(reply.code, "");
	reply_free(&reply);
}

static void refuses(const char *xml, const char *code, const char *words)
{
	struct xapi_reply reply;
	struct error err = { 0 };

	assert_int_equal(read_it(xml, &reply, &err), -1);
	assert_int_equal(err.code, ERROR_XAPI);
	assert_null(reply.value);
	assert_string_equal(reply.code, code);
	if (!strstr(err.text, words))
		fail_msg("'%s' in '%s'", words, err.text);
	assert_null(strstr(err.text, "secret"));
}

static void takes_values(void **state)
{
	(void)state;
	takes_text(SUCCESS("x"), "x");
	takes_text("<?xml version=\"1.0\"?>\n" SUCCESS("<string>x</string>"),
		   "x");
	takes_text(SUCCESS(""), "");
	takes_text(SUCCESS("a &lt;b&gt; &amp; &quot;c&quot;"), "a <b> & \"c\"");
	takes_text(SUCCESS("\xc3\xa4 \xe2\x82\xac"), "\xc3\xa4 \xe2\x82\xac");
	takes_text(SUCCESS("\xf0\x9f\x98\x80!"), "\xf0\x9f\x98\x80!");
}

static void says_what_xapi_says(void **state)
{
	(void)state;
	refuses(FAILURE(ITEM("UUID_INVALID") ITEM("SR") ITEM("u-1")),
		"UUID_INVALID", "xapi says UUID_INVALID SR, u-1");
	refuses(FAILURE(ITEM("SESSION_INVALID") ITEM("OpaqueRef:secret")),
		"SESSION_INVALID", "xapi says SESSION_INVALID");
	refuses(FAILURE(ITEM("HANDLE_INVALID") ITEM("<string>host</string>")
				ITEM("in OpaqueRef:secret!")),
		"HANDLE_INVALID", "xapi says HANDLE_INVALID host");
	refuses(FAILURE(""), "", "xapi says");
	refuses("<methodResponse><fault><value><struct>" MEMBER("faultCode",
								"<int>-7</int>")
			MEMBER("faultString",
			       "secret") "</struct></value></fault>"
					 "</methodResponse>",
		"", "fault");
}

static void refuses_wrong_types(void **state)
{
	(void)state;
	refuses(ANSWER(""), "", "no Status");
	refuses(ANSWER(MEMBER("Status", "Success")), "", "without a value");
	refuses(ANSWER(MEMBER("Status", "Failure")), "", "description");
	refuses(ANSWER(MEMBER("Status", "Perhaps")), "", "unknown");
	refuses(ANSWER(MEMBER("Status", "<int>1</int>")), "", "no Status");
	refuses(ANSWER(MEMBER("Status", "Failure")
			       MEMBER("ErrorDescription", "secret")),
		"", "description");
	refuses(FAILURE("<value><int>1</int></value>"), "", "no strings");
	refuses("<methodResponse><params><param><value>secret</value></param>"
		"</params></methodResponse>",
		"", "no Status");
}

static void refuses_what_is_no_answer(void **state)
{
	(void)state;
	refuses("", "", "refused");
	refuses("secret", "", "not well-formed");
	refuses("<html><p>secret</p></html>", "", "no");
	refuses("<methodResponse>", "", "not well-formed");
	refuses("<methodResponse/>", "", "not an XML-RPC methodResponse");
	refuses("<methodResponse", "", "not well-formed");
	refuses(SUCCESS("\xff"), "", "not well-formed");
	refuses(SUCCESS("<int>5"), "", "not well-formed");
	refuses(SUCCESS("<int>five</int>"), "", "methodResponse");
	refuses(SUCCESS("<base64>c2VjcmV0</base64>"), "", "methodResponse");
	refuses(SUCCESS("<struct><name>secret</name></struct>"), "",
		"methodResponse");
}

/* What xapi itself writes: the names of members as they are. */
static void refuses_what_xapi_cannot_write(void **state)
{
	static const char *const bad[] = {
		SUCCESS("<struct>" MEMBER("R&D", "1") "</struct>"),
		SUCCESS("<struct>" MEMBER("a<b", "1") "</struct>"),
		SUCCESS("<struct>" MEMBER("]]>", "1") "</struct>"),
		SUCCESS("\xef\xbf\xbe"),
		SUCCESS("\xff"),
	};
	struct xapi_reply reply;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		refuses(bad[i], "", "not well-formed");
		assert_int_equal(read_it(bad[i], &reply, &err), -1);
		assert_true(reply.unreadable);
	}
}

static void refuses_hostile_xml(void **state)
{
	const size_t deep = 1000000;
	char *xml = malloc(deep * 3 + 1);

	(void)state;
	assert_non_null(xml);
	refuses("<!DOCTYPE x [<!ENTITY a \"secret\">]>" SUCCESS("&a;"), "",
		"declares");
	takes_text(SUCCESS("<![CDATA[<x>]]>"), "<x>");
	takes_text("<?xml version=\"1.0\" encoding=\"EUC-JP\"?>" SUCCESS(
			   "\xc3\xa4"),
		   "\xc3\xa4");
	for (size_t i = 0; i < deep; i++)
		memcpy(xml + 3 * i, "<a>", 3);
	xml[3 * deep] = '\0';
	refuses(xml, "", "not well-formed");
	/* what takes a second look at everything behind each byte takes days */
	for (size_t i = 0; i < deep; i++)
		memcpy(xml + 3 * i, "</a", 3);
	xml[3 * deep - 1] = '>';
	refuses(xml, "", "not well-formed");
	free(xml);
}

static void json_is_refused(const char *json, size_t len)
{
	struct xapi_reply reply;
	struct error err = { 0 };

	assert_int_equal(reply_read_json(json, len, "secret", &reply, &err),
			 -1);
	assert_int_equal(err.code, ERROR_XAPI);
	assert_true(reply.unreadable); /* so that objects are asked for alone */
	assert_null(reply.value);
}

static void refuses_hostile_json(void **state)
{
	static const char *const bad[] = {
		"",
		"17",
		"[]",
		"{}",
		"{\"result\":",
		"{\"result\":{}}x",
		"{\"result\":\"\xff\"}",
		"{\"result\":\"\\ud800\"}",
		"{\"result\":\"\\u0000\"}",
		"{\"result\":{\"\\u0000\":1}}",
		"{\"result\":123456789012345678901}",
		"{\"result\":1e999}",
		"{\"result\":nan}",
		"{\"error\":{}}",
		"{\"error\":[17]}",
		"{\"error\":\"x\",\"result\":1}",
		"{\"result\":{\"Status\":17,\"Value\":1}}",
		"{\"result\":{\"Status\":\"x\",\"Value\":1}}",
	};
	const size_t deep = 1000000;
	char *json = malloc(deep);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		json_is_refused(bad[i], strlen(bad[i]));
	json_is_refused("{\"result\":\0\"x\"}", 15);
	assert_non_null(json);
	for (size_t i = 0; i < deep; i++)
		json[i] = '[';
	json_is_refused(json, deep);
	for (size_t i = 0; i + 5 <= deep; i += 5)
		memcpy(json + i, "{\"a\":", 5);
	json_is_refused(json, deep);
	free(json);
}

/* 50 MiB of one string, and a member that is there twice: the last counts, as
 * for the storage manager. */
static void takes_odd_json(void **state)
{
	static const char twice[] = "{\"result\":{\"k\":\"a\",\"k\":\"b\"}}";
	static const char head[] = "{\"result\":\"";
	const size_t big = 50 << 20;
	char *json = malloc(big);
	struct xapi_reply reply;
	struct error err;
	const char *text;

	(void)state;
	assert_int_equal(
		reply_read_json(twice, strlen(twice), "", &reply, &err), 0);
	assert_int_equal(value_find_optional(reply.value, ERROR_XAPI, "it", "k",
					     &text, &err),
			 0);
	assert_string_equal(text, "b");
	reply_free(&reply);
	assert_non_null(json);
	memset(json, 'x', big);
	memcpy(json, head, strlen(head));
	memcpy(json + big - 2, "\"}", 2);
	assert_int_equal(reply_read_json(json, big, "", &reply, &err), 0);
	assert_int_equal(strlen(json_string_value(reply.value)),
			 big - strlen(head) - 2);
	reply_free(&reply);
	free(json);
}

/* Nothing of a text that is cut anywhere is taken for an answer. */
static void refuses_what_is_cut(void **state)
{
	static const char whole[] =
		SUCCESS("<array><data>" ITEM("x") ITEM("y") "</data></array>");

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		char *cut = strndup(whole, n);

		refuses(cut, "", "refused");
		free(cut);
	}
}

static void takes_what_is_big(void **state)
{
	const size_t count = 20000;
	const int len = 800; /* of a value: more than 10 MB all together */
	struct xapi_reply reply;
	struct error err;
	size_t room = count * (size_t)(len + 100) + 1000;
	char *xml = malloc(room);
	char *at = xml;

	(void)state;
	assert_non_null(xml);
	at = stpcpy(at,
		    "<methodResponse><params><param><value><struct>" MEMBER(
			    "Status", "Success") "<member><name>Value</name>"
						 "<value><array><data>");
	for (size_t i = 0; i < count; i++)
		at += sprintf(at,
			      "<value><struct>"
			      "<member><name>k</name><value>%0*d</value>"
			      "</member></struct></value>",
			      len, 1);
	stpcpy(at, "</data></array></value></member></struct></value></param>"
		   "</params></methodResponse>");
	assert_int_equal(reply_read_xml(xml, strlen(xml), "s", &reply, &err),
			 0);
	reply_free(&reply);
	free(xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_values),
		cmocka_unit_test(says_what_xapi_says),
		cmocka_unit_test(refuses_wrong_types),
		cmocka_unit_test(refuses_what_is_no_answer),
		cmocka_unit_test(refuses_what_xapi_cannot_write),
		cmocka_unit_test(refuses_hostile_xml),
		cmocka_unit_test(refuses_hostile_json),
		cmocka_unit_test(takes_odd_json),
		cmocka_unit_test(refuses_what_is_cut),
		cmocka_unit_test(takes_what_is_big),
	};

	return cmocka_run_group_tests_name("xapi_reply", tests, NULL, NULL);
}
