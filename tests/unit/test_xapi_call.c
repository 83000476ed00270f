// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Calls over a real socket, answered by a script: each way in which xapi answers,
 * or does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/stop.h"
#include "tests/unit/scripted_xapi.h"
#include "xapi/host.h"
#include "xapi/secret.h"

#define UUID_INVALID FAILURE("UUID_INVALID", "VDI")

/* A read of the host's settings that must fail in these words. */
static void host_fails(const struct script_step *script, int timeout_ms,
		       enum error_code code, const char *words)
{
	struct xapi_host host = { 0 };
	struct error err = { 0 };
	struct xapi *xapi;

	script_begin(script);
	xapi = script_open(timeout_ms);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("'%s' in '%s'", words, err.text);
	assert_null(strstr(err.text, "secret"));
	assert_null(host.initiator_name);
	xapi_close(xapi);
	script_end();
}

static void reads_a_host(void **state)
{
	const struct script_step script[] = {
		{ .call = "<methodName>host.get_other_config</methodName>",
		  .answer = SUCCESS(STRUCT(MEMBER("iscsi_iqn", "iqn.x") MEMBER(
			  "other", "<nil/>") MEMBER("multipathing", "true"))) },
		{ .call = "host.get_other_config",
		  .answer = SUCCESS("<struct/>"),
		  .pause_ms = 1,
		  .keeps = true },
		{ 0 },
	};
	struct xapi_host host;
	struct error err;
	struct xapi *xapi;

	(void)state;
	script_begin(script);
	xapi = script_open(5000);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	assert_string_equal(host.initiator_name, "iqn.x");
	assert_true(host.multipathing);
	xapi_host_free(&host);
	if (xapi_host_read(xapi, "h", &host, &err))
		fail_msg("%s", err.text);
	assert_null(host.initiator_name);
	assert_false(host.multipathing);
	xapi_host_free(&host);
	xapi_close(xapi);
	script_end();
}

static void gives_up(void **state)
{
	const struct script_step dead_session[] = {
		{ .call = "host.",
		  .answer = FAILURE("SESSION_INVALID", SESSION) },
		{ 0 },
	};
	const struct script_step cut[] = {
		{ .call = "host.",
		  .raw = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<m" },
		{ 0 },
	};
	const struct script_step silent[] = {
		{ .call = "host.", .raw = "" },
		{ 0 },
	};
	const struct script_step slow[] = {
		{ .call = "host.", .raw = SUCCESS("x"), .pause_ms = 20 },
		{ 0 },
	};
	const struct script_step not_a_struct[] = {
		{ .call = "host.", .answer = SUCCESS("x") },
		{ 0 },
	};

	(void)state;
	host_fails(dead_session, 5000, ERROR_XAPI,
		   "host.get_other_config: xapi says SESSION_INVALID");
	host_fails(cut, 5000, ERROR_XAPI, "ends in the middle");
	host_fails(silent, 5000, ERROR_XAPI, "ends in the middle");
	host_fails(slow, 100, ERROR_XAPI, "not answered within");
	host_fails(not_a_struct, 5000, ERROR_XAPI, "not struct");
}

static void nobody_is_there(void **state)
{
	const struct xapi_options no_session = { .socket = "/nowhere" };
	const struct script_step none[] = { { 0 } };
	struct xapi_host host;
	struct xapi *xapi;
	struct error err;

	(void)state;
	assert_int_equal(xapi_open(&no_session, &xapi, &err), -1);
	assert_int_equal(err.code, ERROR_XAPI);

	script_begin(none);
	xapi = script_open(1000);
	script_end();
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), -1);
	assert_int_equal(err.code, ERROR_XAPI);
	assert_non_null(strstr(err.text, "No such file"));
	xapi_close(xapi);
}

#define NO_SECRET "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad10"

static void reads_a_secret(void **state)
{
	const struct script_step script[] = {
		{ .call = "secret.get_by_uuid", .answer = SUCCESS("r-1") },
		{ .call = "r-1", .answer = SUCCESS("p&amp;ss") },
		{ .call = NO_SECRET, .answer = UUID_INVALID },
		{ .call = "p4ss", .answer = UUID_INVALID },
		{ .call = "u-3", .answer = SUCCESS("r-3") },
		{ .call = "r-3", .answer = FAILURE("HANDLE_INVALID", "x") },
		{ .call = "u-4", .answer = SUCCESS("r-4") },
		{ .call = "r-4", .answer = SUCCESS("\xf0\x9f\x98\x80") },
		{ .call = "u-5", .answer = SUCCESS("r-5") },
		{ .call = "r-5", .answer = SUCCESS("<int>1</int>") },
		{ 0 },
	};
	struct xapi *xapi;
	struct error err;
	char *text = NULL;

	(void)state;
	script_begin(script);
	xapi = script_open(5000);
	assert_int_equal(xapi_secret_read(xapi, "u-1", &text, &err), 0);
	assert_string_equal(text, "p&ss");
	free(text);
	assert_int_equal(xapi_secret_read(xapi, NO_SECRET, &text, &err), -1);
	assert_int_equal(err.code, ERROR_NO_SECRET);
	assert_non_null(strstr(err.text, NO_SECRET));
	/* a password in the wrong place */
	assert_int_equal(xapi_secret_read(xapi, "p4ss", &text, &err), -1);
	assert_int_equal(err.code, ERROR_NO_SECRET);
	assert_null(strstr(err.text, "p4ss"));
	assert_int_equal(xapi_secret_read(xapi, "u-3", &text, &err), -1);
	assert_int_equal(err.code, ERROR_NO_SECRET);
	assert_int_equal(xapi_secret_read(xapi, "u-4", &text, &err), 0);
	assert_string_equal(text, "\xf0\x9f\x98\x80");
	free(text);
	assert_int_equal(xapi_secret_read(xapi, "u-5", &text, &err), -1);
	assert_int_equal(err.code, ERROR_XAPI);
	xapi_close(xapi);
	script_end();
}

/* JSON takes what XML does not. */
static void asks_by_json(void **state)
{
	const struct script_step script[] = {
		{ .call = "\"method\":\"host.get_other_config\"",
		  .json = "{\"result\":{\"R&D\":\"a\",\"a<b\":\"]]>\","
			  "\"x\":\"\xef\xbf\xbe\",\"iscsi_iqn\":\"iqn.x\"},"
			  "\"error\":null,\"id\":0}" },
		{ .call = "host.get_other_config",
		  .json = "{\"result\":{\"Status\":\"Success\",\"Value\":{"
			  "\"multipathing\":\"true\"}},\"id\":0}" },
		{ .call = "host.get_other_config",
		  .json = "{\"result\":null,\"error\":[\"HANDLE_INVALID\","
			  "\"host\"],\"id\":0}" },
		{ .call = "host.get_other_config",
		  .json = "{\"result\":{\"Status\":\"Failure\","
			  "\"ErrorDescription\":[\"X\"]},\"id\":0}" },
		{ .call = "host.get_other_config", .json = "{\"result\":" },
		{ .call = "host.get_other_config", .json = "[]" },
		{ 0 },
	};
	static const char *const words[] = { "xapi says HANDLE_INVALID host",
					     "xapi says X", "is refused",
					     "is refused" };
	struct xapi_host host;
	struct error err;
	struct xapi *xapi;

	(void)state;
	script_begin(script);
	xapi = script_open(5000);
	if (xapi_host_read(xapi, "h", &host, &err))
		fail_msg("%s", err.text);
	assert_string_equal(host.initiator_name, "iqn.x");
	xapi_host_free(&host);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	assert_true(host.multipathing);
	xapi_host_free(&host);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(xapi_host_read(xapi, "h", &host, &err), -1);
		if (!strstr(err.text, words[i]))
			fail_msg("%s", err.text);
	}
	xapi_close(xapi);
	script_end();
}

/* A member whose xapi passes JSON on in XML fails; but one that has answered is
 * not asked in another way, for who knows what it has done. */
static void asks_an_old_member_in_xml(void **state)
{
	const struct script_step old[] = {
		{ .call = "host.",
		  .raw = "HTTP/1.1 500 Internal Error\r\n\r\n" },
		{ .call = "host.", .answer = SUCCESS("<struct/>") },
		{ .call = "host.", .answer = SUCCESS("<struct/>") },
		{ 0 },
	};
	const struct script_step later[] = {
		{ .call = "host.", .json = "{\"result\":{}}" },
		{ .call = "host.",
		  .raw = "HTTP/1.1 500 Internal Error\r\n\r\n" },
		{ .call = "host.", .json = "{\"result\":{}}" },
		{ 0 },
	};
	struct xapi_host host;
	struct error err = { 0 };
	struct xapi *xapi;

	(void)state;
	script_begin(old);
	xapi = script_open(5000);
	for (int i = 0; i < 2; i++) {
		if (xapi_host_read(xapi, "h", &host, &err))
			fail_msg("%s", err.text);
		xapi_host_free(&host);
	}
	xapi_close(xapi);
	script_end();
	script_begin(later);
	xapi = script_open(5000);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	xapi_host_free(&host);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), -1);
	assert_non_null(strstr(err.text, "HTTP status 500"));
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	xapi_host_free(&host);
	xapi_close(xapi);
	script_end();
}

/* Each answer is in time, and all of them are not: the rest is not waited for,
 * nor asked. A new limit, or none, makes good for it. */
static void all_answers_have_one_end(void **state)
{
	const struct script_step slow[] = {
		{ .call = "host.get_other_config",
		  .json = "{\"result\":{}}",
		  .pause_ms = 20 },
		{ .call = "host.get_other_config",
		  .json = "{\"result\":{}}",
		  .pause_ms = 200 },
		{ .call = "host.get_other_config", .json = "{\"result\":{}}" },
		{ 0 },
	};
	struct xapi_host host;
	struct error err = { 0 };
	struct xapi *xapi;

	(void)state;
	script_begin(slow);
	xapi = script_open(60000);
	xapi_limit(xapi, 1500);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	xapi_host_free(&host);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(xapi_host_read(xapi, "h", &host, &err), -1);
		assert_int_equal(err.code, ERROR_XAPI);
		assert_non_null(strstr(err.text, "take too long"));
	}
	xapi_limit(xapi, 0);
	assert_int_equal(xapi_host_read(xapi, "h", &host, &err), 0);
	xapi_host_free(&host);
	xapi_close(xapi);
	script_end();
}

static void takes_secrets_away(void **state)
{
	const struct script_step script[] = {
		{ .call = "field \\\"SR\\\" = \\\"own\\\"",
		  .json = "{\"result\":{\"p1\":{\"device_config\":{\"target\":"
			  "\"t\",\"chappassword_secret\":\"u1\"}},\"p2\":{"
			  "\"device_config\":{\"incoming_chappassword_secret\":"
			  "\"u2\"}}},\"error\":null}" },
		{ .call = "\"u1\"", .json = "{\"result\":\"r1\"}" },
		{ .call = "secret.destroy", .json = "{\"result\":\"\"}" },
		{ .call = "\"u2\"",
		  .json = "{\"error\":[\"UUID_INVALID\",\"secret\",\"u2\"]}" },
		{ 0 },
	};
	struct xapi *xapi;

	(void)state;
	script_begin(script);
	xapi = script_open(5000);
	xapi_secrets_destroy(xapi, "own");
	xapi_close(xapi);
	script_end();
}

/* From here on. */
static void stops_at_a_signal(void **state)
{
	const struct script_step slow[] = {
		{ .call = "host.",
		  .raw = SUCCESS("x"),
		  .pause_ms = 20,
		  .signals = true },
		{ 0 },
	};
	const struct script_step none[] = { { 0 } };

	(void)state;
	stop_on_signals();
	host_fails(slow, 5000, ERROR_INTERRUPTED, "asked to stop");
	host_fails(none, 5000, ERROR_INTERRUPTED, "asked to stop");
}

static bool logged_a_secret;

static void look_for_secrets(int level, const char *line)
{
	(void)level;
	if (strstr(line, "session-secret") || strstr(line, "p&ss"))
		logged_a_secret = true;
}

static void logs_no_secret(void **state)
{
	(void)state;
	assert_false(logged_a_secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_host),
		cmocka_unit_test(gives_up),
		cmocka_unit_test(nobody_is_there),
		cmocka_unit_test(reads_a_secret),
		cmocka_unit_test(asks_by_json),
		cmocka_unit_test(asks_an_old_member_in_xml),
		cmocka_unit_test(all_answers_have_one_end),
		cmocka_unit_test(stops_at_a_signal),
		cmocka_unit_test(takes_secrets_away),
		cmocka_unit_test(logs_no_secret),
	};

	log_to(look_for_secrets, LOG_DEBUG);
	return cmocka_run_group_tests_name("xapi_call", tests, NULL, NULL);
}
