// SPDX-License-Identifier: LGPL-2.1-only
/*
 * From an LV's bytes to the LUN's, over the ends of segments.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/lvm_map.h"

#define EXTENT 4096u
#define START  65536u

static struct lvm_segment segments[] = {
	{ 0, 1, 30 },
	{ 0, 2, 9 },
	{ 2, 1, 3 },
	{ 3, 3, 20 },
};
static const struct lvm_vg vg = {
	.extent_size = EXTENT,
	.pe_start = START,
	.segments = segments,
	.segment_count = 4,
};
static const struct lvm_lv lv = { .first_segment = 1,
				  .segment_count = 3,
				  .size = 6 * EXTENT };
static const unsigned pv_extents[] = { 9, 10, 3, 20, 21, 22 };

static uint64_t model(uint64_t at)
{
	return START + pv_extents[at / EXTENT] * (uint64_t)EXTENT + at % EXTENT;
}

static void test_every_place(void **state)
{
	static const uint64_t lens[] = { 1,    2,    511,  4095, 4096,
					 4097, 8192, 8193, 24576 };

	(void)state;
	for (uint64_t at = 0; at < lv.size; at += at % 512 == 511 ? 1 : 511) {
		for (size_t i = 0; i < 9; i++) {
			uint64_t len = lens[i], done = 0;

			if (!lvm_lv_has(&lv, at, len))
				continue;
			while (done < len) {
				uint64_t to,
					run = lvm_map_run(&vg, &lv, at + done,
							  len - done, &to);

				assert_in_range(run, 1, len - done);
				assert_int_equal(to, model(at + done));
				assert_int_equal(to + run - 1,
						 model(at + done + run - 1));
				done += run;
			}
		}
	}
}

/* Runs are as long as a segment allows. */
static void test_runs(void **state)
{
	uint64_t to;

	(void)state;
	assert_int_equal(lvm_map_run(&vg, &lv, 0, 24576, &to), 8192);
	assert_int_equal(lvm_map_run(&vg, &lv, 8191, 24576, &to), 1);
	assert_int_equal(lvm_map_run(&vg, &lv, 8192, 24576, &to), 4096);
	assert_int_equal(lvm_map_run(&vg, &lv, 12288, 12288, &to), 12288);
	assert_int_equal(lvm_map_run(&vg, &lv, 12288, 100, &to), 100);
}

static void test_has(void **state)
{
	(void)state;
	assert_true(lvm_lv_has(&lv, 0, 6 * EXTENT));
	assert_true(lvm_lv_has(&lv, 6 * EXTENT, 0));
	assert_false(lvm_lv_has(&lv, 0, 6 * EXTENT + 1));
	assert_false(lvm_lv_has(&lv, 6 * EXTENT, 1));
	assert_false(lvm_lv_has(&lv, 6 * EXTENT + 1, 0));
	assert_false(lvm_lv_has(&lv, 1, UINT64_MAX));
	assert_false(lvm_lv_has(&lv, UINT64_MAX, 1));
	assert_false(lvm_lv_has(&lv, UINT64_MAX, UINT64_MAX));
}

static void test_end(void **state)
{
	const struct lvm_vg empty = { .extent_size = EXTENT,
				      .pe_start = START };

	(void)state;
	assert_int_equal(lvm_map_end(&vg), START + 31 * EXTENT);
	assert_int_equal(lvm_map_end(&empty), START);
}

/* Numbers near what a LUN can have at most. */
static void test_large(void **state)
{
	struct lvm_segment far = { 0, 1u << 22, 1ull << 40 };
	const struct lvm_vg big = { .extent_size = 4 << 20,
				    .pe_start = 1 << 20,
				    .segments = &far,
				    .segment_count = 1 };
	const struct lvm_lv all = { .segment_count = 1, .size = 1ull << 44 };
	uint64_t to;

	(void)state;
	assert_true(lvm_map_run(&big, &all, (1ull << 44) - 1, 1, &to) == 1);
	assert_true(to == (1 << 20) + (1ull << 62) + (1ull << 44) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_place), cmocka_unit_test(test_runs),
		cmocka_unit_test(test_has),	    cmocka_unit_test(test_end),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
