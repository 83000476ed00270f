// SPDX-License-Identifier: LGPL-2.1-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "format/report_luns.h"

/* A list of `n` addresses, each given by its first four bytes. */
static size_t make(uint8_t *data, const uint32_t *entries, size_t n)
{
	memset(data, 0, 8 + n * 8);
	put_be32(data, (uint32_t)n * 8);
	for (size_t i = 0; i < n; i++)
		put_be32(data + 8 + i * 8, entries[i]);
	return 8 + n * 8;
}

static void test_plain(void **state)
{
	const uint32_t entries[] = { 0, 0x00010000, 0x00ff0000, 0x412c0000,
				     0x012d0000 /* LIO's way: bus 1 */ };
	uint8_t data[64];
	uint16_t luns[8];
	size_t len = make(data, entries, 5);

	(void)state;
	assert_int_equal(report_luns_size(data, len), len);
	assert_int_equal(report_luns_parse(data, len, luns), 5);
	assert_int_equal(luns[0], 0);
	assert_int_equal(luns[1], 1);
	assert_int_equal(luns[2], 255);
	assert_int_equal(luns[3], 0x412c);
	assert_int_equal(luns[4], 0x012d);
	assert_int_equal(lun_number(luns[2]), 255);
	assert_int_equal(lun_number(luns[3]), 300);
	assert_int_equal(lun_number(luns[4]), 301);
	assert_int_equal(lun_number(0x7fff), 16383);
}

static void test_left_out(void **state)
{
	const uint32_t entries[] = {
		0xc1010000, /* the well-known LUN REPORT LUNS */
		0x80010000, /* logical unit addressing */
		0x00010002, /* two levels */
		0x00030000,
	};
	uint8_t data[64];
	uint16_t luns[8];
	size_t len = make(data, entries, 4);

	(void)state;
	assert_int_equal(report_luns_parse(data, len, luns), 1);
	assert_int_equal(luns[0], 3);
	data[len - 1] = 1;
	assert_int_equal(report_luns_parse(data, len, luns), 0);
}

static void test_lengths(void **state)
{
	const uint32_t entries[] = { 0x00010000, 0x00020000 };
	uint8_t data[64];
	uint16_t luns[8];
	size_t len = make(data, entries, 2);

	(void)state;
	assert_int_equal(report_luns_parse(data, len, luns), 2);
	/* cut off within an entry, within the header, and altogether */
	assert_int_equal(report_luns_parse(data, len - 1, luns), 1);
	assert_int_equal(report_luns_parse(data, 8, luns), 0);
	assert_int_equal(report_luns_parse(data, 7, luns), 0);
	assert_int_equal(report_luns_size(data, 7), 0);
	assert_int_equal(report_luns_parse(data, 0, luns), 0);
	/* a list that claims more than there is, or less, or half an entry */
	put_be32(data, UINT32_MAX);
	assert_int_equal(report_luns_size(data, len), UINT32_MAX + 8ull);
	assert_int_equal(report_luns_parse(data, len, luns), 2);
	put_be32(data, 8);
	assert_int_equal(report_luns_parse(data, len, luns), 1);
	put_be32(data, 15);
	assert_int_equal(report_luns_parse(data, len, luns), 1);
	put_be32(data, 0);
	assert_int_equal(report_luns_parse(data, len, luns), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
