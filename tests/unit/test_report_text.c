// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Hostile text, and JSON, and sizes for people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "engine/answers.h"
#include "report/report_text.h"

static void check_clean(const char *bytes, size_t len, const char *want)
{
	char *text = text_clean(bytes, len, '?');

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

#define CLEAN(bytes, want) check_clean(bytes, sizeof(bytes) - 1, want)

static void test_clean(void **state)
{
	(void)state;
	CLEAN("", "");
	CLEAN("plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "plain ä € 😀");
	CLEAN("\033[31mred", "?[31mred");
	CLEAN("a\nb\tc\rd\0e\x7f", "a?b?c?d?e?");
	CLEAN("\xc2\x9b"
	      "2J",
	      "?2J"); /* C1: CSI */
	CLEAN("\xe2\x80\xae"
	      "gnp.exe",
	      "?gnp.exe"); /* right to left */
	CLEAN("\xe2\x80\x8bx\xef\xbb\xbf", "?x?");
	CLEAN("\xff\xc3)", "??"
			   ")");	   /* not UTF-8 */
	CLEAN("\xc0\xaf", "??");	   /* overlong */
	CLEAN("\xed\xa0\x80", "???");	   /* a surrogate */
	CLEAN("\xf4\x90\x80\x80", "????"); /* beyond Unicode */
	CLEAN("cut \xe2\x82", "cut ??");
}

static void check_xml(const char *xml, const char *want)
{
	char *text = text_clean_xml(xml, strlen(xml));

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void test_xml(void **state)
{
	(void)state;
	check_xml("a &amp;&lt;&gt;&quot;&apos; b", "a &<>\"' b");
	check_xml("&amp;lt;", "&lt;");
	check_xml("cut &am", "cut &am"); /* SM cuts labels by bytes */
	check_xml("&#27;[2J", "&#27;[2J");
	check_xml("&", "&");
}

static void test_json(void **state)
{
	struct error err;
	char *text;

	(void)state;
	error_set(&err, ERROR_IO, "%s",
		  "\"\\\n\x01\x7f \xc3\xa4 \xf0\x9f\x98\x80 \xff");
	text = answer_error("plan", "a", "", &err);
	assert_string_equal(
		text, "{\"schema_version\":1,\"command\":\"plan\",\"lun\":{"
		      "\"name\":\"a\",\"scsi_id\":null},\"error\":{\"code\":"
		      "200,\"text\":\"\\\"\\\\??? \\u00E4 \\uD83D\\uDE00 "
		      "?\"}}");
	free(text);
}

static void check_size(uint64_t bytes, const char *want)
{
	char text[REPORT_SIZE_TEXT];

	report_text_size(bytes, text);
	assert_string_equal(text, want);
}

static void test_sizes(void **state)
{
	(void)state;
	check_size(0, "0 B");
	check_size(1023, "1023 B");
	check_size(1024, "1 KiB");
	check_size(1536, "1.5 KiB");
	check_size(1ull << 40, "1 TiB");
	check_size((1ull << 40) + (1ull << 39), "1.5 TiB");
	check_size(UINT64_MAX, "16 EiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
