// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Bytes on disk, errors, the log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/log.h"

static void test_bytes(void **state)
{
	static const uint8_t in[] = { 0xff, 0xfe, 0xfd, 0xfc,
				      0xfb, 0xfa, 0xf9, 0xf8 };
	uint8_t out[8];

	(void)state;
	assert_int_equal(get_be16(in), 0xfffe);
	assert_int_equal(get_be32(in), 0xfffefdfc);
	assert_true(get_be64(in) == 0xfffefdfcfbfaf9f8);
	assert_int_equal(get_le32(in), 0xfcfdfeff);
	assert_true(get_le64(in) == 0xf8f9fafbfcfdfeff);
	put_be16(out, 0xfffe);
	assert_memory_equal(out, in, 2);
	put_be32(out, 0xfffefdfc);
	assert_memory_equal(out, in, 4);
	put_be64(out, 0xfffefdfcfbfaf9f8);
	assert_memory_equal(out, in, 8);
	memset(out, 0, sizeof(out));
	put_le32(out, 0xfcfdfeff);
	assert_memory_equal(out, in, 4);
	put_le64(out, 0xf8f9fafbfcfdfeff);
	assert_memory_equal(out, in, 8);
}

static void test_error(void **state)
{
	struct error err = { 0 };
	char longer[2 * sizeof(err.text)];

	(void)state;
	assert_int_equal(error_set(&err, ERROR_IO, "%d of %s", 3, "x"), -1);
	assert_int_equal(err.code, ERROR_IO);
	assert_string_equal(err.text, "3 of x");
	assert_int_equal(error_prefix(&err, "LV %s: ", "a"), -1);
	assert_int_equal(err.code, ERROR_IO);
	assert_string_equal(err.text, "LV a: 3 of x");

	/* Cut, never more than there is room for. */
	memset(longer, 'y', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	error_set(&err, ERROR_IO, "%s", longer);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	error_prefix(&err, "before: ");
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_memory_equal(err.text, "before: yyy", 11);
	error_prefix(&err, "%s", longer);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static char last_line[2048];
static unsigned lines;

static void sink(int level, const char *line)
{
	(void)level;
	lines++;
	assert_true(strlen(line) < sizeof(last_line));
	strcpy(last_line, line);
}

static void test_log(void **state)
{
	char longer[4096];

	(void)state;
	log_error("nowhere");
	log_to(sink, LOG_INFO);
	log_info("%s", "a\nb\x01\x7f\xc3\xa9");
	assert_string_equal(last_line, "a?b??\xc3\xa9");
	log_info("%s", "\xc2\x9b\x32J \xe2\x80\xae \xff");
	assert_string_equal(last_line, "?2J ? ?");
	log_debug("too much");
	assert_int_equal(lines, 2);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	log_error("%s", longer);
	assert_int_equal(strlen(last_line), 1023);
	log_to(NULL, LOG_DEBUG);
	log_error("nowhere");
	assert_int_equal(lines, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
