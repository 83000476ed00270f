// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The memory form, and what lun.c checks for every form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lun_memory.h"

static uint8_t bytes[16384];

static void test_read_write(void **state)
{
	uint8_t a[1024];
	uint8_t b[512];
	const struct lun_io ios[] = {
		{ .offset = 0, .len = sizeof(a), .data = a },
		{ .offset = sizeof(bytes) - 512, .len = 512, .data = b },
	};
	struct error err;
	struct lun *lun;

	(void)state;
	assert_int_equal(lun_memory_open(bytes, sizeof(bytes), 512, &lun, &err),
			 0);
	assert_int_equal(lun->size, sizeof(bytes));
	memset(a, 1, sizeof(a));
	memset(b, 2, sizeof(b));
	assert_int_equal(lun_write(lun, ios, 2, &err), 0);
	assert_int_equal(lun_flush(lun, &err), 0);
	assert_int_equal(bytes[1023], 1);
	assert_int_equal(bytes[1024], 0);
	assert_int_equal(bytes[sizeof(bytes) - 1], 2);
	bytes[7] = 9;
	assert_int_equal(lun_read(lun, ios, 2, &err), 0);
	assert_int_equal(a[7], 9);
	assert_int_equal(lun_read(lun, NULL, 0, &err), 0);
	lun_close(lun);
	lun_close(NULL);
}

static void test_bounds(void **state)
{
	static const struct {
		uint64_t offset;
		size_t len;
	} bad[] = {
		{ 0, 0 },
		{ 0, 512 },
		{ 1, 4096 },
		{ 512, 4096 },
		{ 16384, 4096 },
		{ 12288, 8192 },
		{ UINT64_MAX & ~4095ull, 4096 },
		{ UINT64_MAX & ~4095ull, 8192 },
		{ 4096, SIZE_MAX & ~(size_t)4095 },
	};
	uint8_t data[8192];
	struct error err;
	struct lun *lun;

	(void)state;
	assert_int_equal(
		lun_memory_open(bytes, sizeof(bytes), 4096, &lun, &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const struct lun_io ios[] = {
			{ .offset = 0, .len = 4096, .data = data },
			{ bad[i].offset, bad[i].len, data },
		};

		assert_int_equal(lun_read(lun, ios, 2, &err), -1);
		assert_int_equal(err.code, ERROR_INTERNAL);
		assert_int_equal(lun_write(lun, ios, 2, &err), -1);
		assert_int_equal(err.code, ERROR_INTERNAL);
		assert_int_equal(lun_read(lun, ios, 1, &err), 0);
	}
	lun_close(lun);
}

static void test_sizes(void **state)
{
	struct lun *lun = NULL;
	struct error err;

	(void)state;
	assert_int_equal(lun_memory_open(bytes, 0, 512, &lun, &err), -1);
	assert_int_equal(lun_memory_open(bytes, 513, 512, &lun, &err), -1);
	assert_int_equal(lun_memory_open(bytes, 512, 4096, &lun, &err), -1);
	assert_int_equal(lun_memory_open(bytes, 520, 520, &lun, &err), -1);
	assert_int_equal(err.code, ERROR_INTERNAL);
	assert_null(lun);
	assert_int_equal(lun_memory_open(bytes, 512, 512, &lun, &err), 0);
	lun_close(lun);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_write),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
