// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Bytes that grow.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

static void test_grows(void **state)
{
	struct buffer buffer = { 0 };
	uint8_t bytes[100];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		memset(bytes, (int)(i & 0xff), sizeof(bytes));
		buffer_add(&buffer, bytes, i % 101);
	}
	for (unsigned i = 0, at = 0; i < 1000; i++) {
		for (unsigned j = 0; j < i % 101; j++)
			assert_int_equal(buffer.data[at++], i & 0xff);
		if (i == 999)
			assert_int_equal(at, buffer.len);
	}
	assert_true(buffer.room >= buffer.len);
	buffer_free(&buffer);
	assert_null(buffer.data);
	assert_int_equal(buffer.len, 0);
	buffer_free(&buffer);
}

static void test_values(void **state)
{
	static const uint8_t want[] = { 1, 2, 0, 0, 0, 4, 3, 2, 1,
					8, 7, 6, 5, 4, 3, 2, 1 };
	struct buffer buffer = { 0 };

	(void)state;
	buffer_add(&buffer, "\1\2", 2);
	buffer_add_zeros(&buffer, 3);
	buffer_add_le32(&buffer, 0x01020304);
	buffer_add_le64(&buffer, 0x0102030405060708);
	assert_int_equal(buffer.len, sizeof(want));
	assert_memory_equal(buffer.data, want, sizeof(want));
	buffer_free(&buffer);
}

/* Nothing at all may be added to nothing at all. */
static void test_empty(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	buffer_add(&buffer, "", 0);
	buffer_add_zeros(&buffer, 0);
	assert_int_equal(buffer.len, 0);
	buffer_free(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
