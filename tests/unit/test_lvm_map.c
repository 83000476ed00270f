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
static struct lvm_place places[] = {
	{ 3, 1, 1 },
	{ 9, 2, 1 },
	{ 20, 3, 1 },
	{ 30, 1, 0 },
};
static const struct lvm_vg vg = {
	.extent_size = EXTENT,
	.pe_start = START,
	.pe_count = 40,
	.segments = segments,
	.places = places,
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

static bool is_used(uint64_t extent)
{
	for (unsigned i = 0; i < 4; i++) {
		if (extent >= places[i].pv_extent &&
		    extent < places[i].pv_extent + places[i].count)
			return true;
	}
	return false;
}

/* Extent by extent, against what a walk over all of them finds. */
static void test_is_free(void **state)
{
	(void)state;
	for (uint64_t first = 0; first < 42; first++) {
		bool all_free = true;
		uint32_t found =
			lvm_map_find(&vg, START + first * EXTENT + 4095);

		assert_true(found == 4 ||
			    places[found].pv_extent + places[found].count >
				    first);
		assert_true(found == 0 ||
			    places[found - 1].pv_extent +
					    places[found - 1].count <=
				    first);
		for (uint64_t last = first; last < 42; last++) {
			uint64_t at = START + first * EXTENT + 4095;
			uint64_t to = START + last * EXTENT + 4096;

			all_free = all_free && last < 40 && !is_used(last);
			assert_int_equal(lvm_map_is_free(&vg, at, to - at),
					 all_free);
		}
	}
	assert_false(lvm_map_is_free(&vg, START, 0));
	assert_false(lvm_map_is_free(&vg, START - 1, 2));
}

static void assert_free_run(uint64_t extents, uint64_t first, uint64_t count)
{
	struct lvm_area run = lvm_map_free_run(&vg, START + extents * EXTENT);

	assert_int_equal(run.size, count * EXTENT);
	if (count)
		assert_int_equal(run.offset, START + first * EXTENT);
}

/* The first of the longest; of what the LUN and the VG have. */
static void test_free_run(void **state)
{
	const struct lvm_vg empty = { .extent_size = EXTENT,
				      .pe_start = START,
				      .pe_count = 7 };

	(void)state;
	assert_free_run(1000, 11, 9);
	assert_free_run(40, 11, 9);
	assert_free_run(18, 11, 7);
	assert_free_run(10, 4, 5);
	assert_free_run(3, 0, 3);
	assert_free_run(0, 0, 0);
	assert_int_equal(lvm_map_free_run(&vg, START - 1).size, 0);
	assert_int_equal(lvm_map_free_run(&empty, 1 << 30).size, 7 * EXTENT);
	assert_int_equal(lvm_map_free_run(&empty, START + 8191).size, 4096);
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
		cmocka_unit_test(test_every_place),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_is_free),
		cmocka_unit_test(test_free_run),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
