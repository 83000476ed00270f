// SPDX-License-Identifier: LGPL-2.1-only
/*
 * HTTP answers, in every framing and cut at every byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "xapi/http.h"

#define OK "HTTP/1.1 200 OK\r\n"

/* Feeds `text` in pieces of `step` bytes, then its end. */
static int feed(struct http_reply *reply, const char *text, size_t step,
		size_t limit, struct error *err)
{
	size_t len = strlen(text);

	http_reply_init(reply, limit);
	while (len > 0) {
		size_t n = len < step ? len : step;

		if (http_reply_feed(reply, text, n, err))
			return -1;
		text += n;
		len -= n;
	}
	return http_reply_end(reply, err);
}

static void takes(const char *text, const char *body)
{
	for (size_t step = 1; step < 12; step++) {
		struct http_reply reply;
		struct error err;

		if (feed(&reply, text, step, 100, &err))
			fail_msg("%s", err.text);
		assert_int_equal(reply.phase, HTTP_DONE);
		assert_int_equal(reply.body.len, strlen(body));
		if (reply.body.len)
			assert_memory_equal(reply.body.data, body,
					    reply.body.len);
		http_reply_free(&reply);
	}
}

static void refuses(const char *text, const char *words)
{
	for (size_t step = 1; step < 12; step++) {
		struct http_reply reply;
		struct error err = { 0 };

		assert_int_equal(feed(&reply, text, step, 8, &err), -1);
		assert_int_equal(err.code, ERROR_XAPI);
		if (!strstr(err.text, words))
			fail_msg("'%s' in '%s'", words, err.text);
		http_reply_free(&reply);
	}
}

static void takes_every_framing(void **state)
{
	(void)state;
	takes(OK "Content-Length: 5\r\n\r\nhello", "hello");
	takes(OK "content-length:5\r\nX: y\r\n\r\nhello and more", "hello");
	takes(OK "Content-Length: 0\r\n\r\n", "");
	takes("HTTP/1.0 200\nContent-Length: 2\n\nhi", "hi");
	takes(OK "\r\nto the end", "to the end");
	takes(OK "Transfer-Encoding: chunked\r\n\r\n"
		 "5;x=y\r\nhello\r\nB \r\n, and more.\r\n0\r\nT: x\r\n\r\n",
	      "hello, and more.");
}

static void refuses_what_is_cut(void **state)
{
	static const char *const whole[] = {
		OK "Content-Length: 5\r\n\r\nhello",
		OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (size_t n = 0; n < strlen(whole[i]); n++) {
			struct http_reply reply;
			struct error err;

			http_reply_init(&reply, 8);
			assert_int_equal(
				http_reply_feed(&reply, whole[i], n, &err), 0);
			assert_int_equal(http_reply_end(&reply, &err), -1);
			assert_int_equal(err.code, ERROR_XAPI);
			http_reply_free(&reply);
		}
	}
}

static void refuses_what_is_no_answer(void **state)
{
	(void)state;
	refuses("SSH-2.0-x\r\n\r\n", "no status line");
	refuses("HTTP/2 200\r\n\r\n", "no status line");
	refuses("HTTP/1.1 500 Internal Error\r\n\r\n", "status 500");
	refuses("HTTP/1.1 2000 OK\r\n\r\n", "status 200");
	refuses(OK "Content-Length: x\r\n\r\n", "no number");
	refuses(OK "Content-Length: 5x\r\n\r\n", "no number");
	refuses(OK "Content-Length: -5\r\n\r\n", "no number");
	refuses(OK "Content-Length:\r\n\r\n", "no number");
	refuses(OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
		"two lengths");
	refuses(OK "Transfer-Encoding: gzip\r\n\r\n", "transfer encoding");
	refuses(OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
		"chunk longer");
	refuses(OK "Transfer-Encoding: chunked\r\n\r\nz\r\n", "no number");
}

static void refuses_what_is_too_long(void **state)
{
	(void)state;
	refuses(OK "Content-Length: 9\r\n\r\n123456789", "more than 8 bytes");
	refuses(OK "Content-Length: 99999999999999999999\r\n\r\n",
		"more than 8 bytes");
	refuses(OK "\r\n123456789", "more than 8 bytes");
	refuses(OK "Transfer-Encoding: chunked\r\n\r\n"
		   "5\r\n12345\r\n5\r\n12345\r\n0\r\n\r\n",
		"more than 8 bytes");
	refuses(OK "Transfer-Encoding: chunked\r\n\r\n"
		   "ffffffffffffffffffff\r\n",
		"more than 8 bytes");
}

static void refuses_a_head_without_end(void **state)
{
	struct http_reply reply;
	struct error err = { 0 };
	char line[HTTP_LINE_MAX + 1];

	(void)state;
	memset(line, 'x', sizeof(line));
	http_reply_init(&reply, 8);
	assert_int_equal(http_reply_feed(&reply, line, sizeof(line), &err), -1);
	assert_non_null(strstr(err.text, "line without an end"));

	http_reply_init(&reply, 8);
	assert_int_equal(http_reply_feed(&reply, OK, strlen(OK), &err), 0);
	for (int i = 0; i < HTTP_HEAD_MAX - 1; i++)
		assert_int_equal(http_reply_feed(&reply, "a: b\r\n", 6, &err),
				 0);
	assert_int_equal(http_reply_feed(&reply, "a: b\r\n", 6, &err), -1);
	assert_non_null(strstr(err.text, "head without an end"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_framing),
		cmocka_unit_test(refuses_what_is_cut),
		cmocka_unit_test(refuses_what_is_no_answer),
		cmocka_unit_test(refuses_what_is_too_long),
		cmocka_unit_test(refuses_a_head_without_end),
	};

	return cmocka_run_group_tests_name("xapi_http", tests, NULL, NULL);
}
