// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Sparse images of a LUN, what is wanted of it, and LVs seen through them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sr/image.h"
#include "sr/want.h"

static void fill(uint8_t *bytes, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 251 + seed);
}

/* Blocks put in any order, found by any of their bytes. */
static void test_put_and_find(void **state)
{
	struct image image;
	uint8_t bytes[512];

	(void)state;
	image_init(&image, 512);
	assert_null(image_find(&image, 0));
	for (unsigned i = 0; i < 997; i++) {
		uint64_t n = i * 613 % 997 * 3; /* every third block */

		fill(bytes, sizeof(bytes), (unsigned)n);
		image_put(&image, n * 512, bytes, 512);
	}
	assert_int_equal(image.count, 997);
	for (uint64_t n = 0; n < 997 * 3; n++) {
		const struct image_block *a = image_find(&image, n * 512);
		const struct image_block *b = image_find(&image, n * 512 + 511);

		assert_ptr_equal(a, b);
		assert_int_equal(a != NULL, n % 3 == 0);
		fill(bytes, sizeof(bytes), (unsigned)n);
		if (a) {
			assert_int_equal(a->offset, n * 512);
			assert_memory_equal(a->data, bytes, 512);
		}
	}
	for (size_t i = 1; i < image.count; i++)
		assert_true(image.blocks[i].offset >
			    image.blocks[i - 1].offset);
	image_free(&image);
	assert_int_equal(image.count, 0);
	assert_int_equal(image.block_size, 512);
	image_free(&image);
}

/* Ranges over the borders of blocks, against plain memory. */
static void ranges(uint32_t block)
{
	const size_t size = 8 * block, hole = 5 * block;
	uint8_t *model = malloc(size), *got = malloc(size);
	struct image image;

	fill(model, size, 1);
	image_init(&image, block);
	image_put(&image, 1 << 20, model, hole);
	image_put(&image, (1 << 20) + hole + block, model + hole + block,
		  size - hole - block);
	for (size_t at = 0; at < size; at += 97) {
		for (size_t len = 1; at + len <= size; len += 211) {
			bool whole = at + len <= hole || at >= hole + block;

			memset(got, 0, len);
			assert_int_equal(
				image_get(&image, (1 << 20) + at, got, len),
				whole);
			if (whole)
				assert_memory_equal(got, model + at, len);
			else
				assert_int_equal(got[0], 0);
			fill(got, len, (unsigned)at);
			assert_int_equal(
				image_patch(&image, (1 << 20) + at, got, len),
				whole);
			if (whole)
				memcpy(model + at, got, len);
		}
	}
	assert_true(image_get(&image, 1 << 20, got, hole));
	assert_memory_equal(got, model, hole);
	assert_false(image_get(&image, (1 << 20) - 1, got, 2));
	assert_false(image_get(&image, (1 << 20) + size - 1, got, 2));
	assert_true(image_get(&image, (1 << 20) + size - 1, got, 1));
	free(model);
	free(got);
	image_free(&image);
}

static void test_ranges(void **state)
{
	(void)state;
	ranges(512);
	ranges(4096);
}

static void test_replace_and_clone(void **state)
{
	uint8_t a[1024], b[512], got[1024];
	struct image image, copy;

	(void)state;
	fill(a, sizeof(a), 1);
	fill(b, sizeof(b), 2);
	image_init(&image, 512);
	image_put(&image, 0, a, 1024);
	image_clone(&image, &copy);
	image_put(&image, 512, b, 512);
	assert_int_equal(image.count, 2);
	assert_true(image_get(&image, 512, got, 512));
	assert_memory_equal(got, b, 512);
	assert_true(image_get(&copy, 0, got, 1024));
	assert_memory_equal(got, a, 1024);
	image_free(&image);
	assert_true(image_get(&copy, 0, got, 1024));
	image_free(&copy);
}

static uint8_t *append(struct image *image, uint64_t offset, size_t len,
		       int with)
{
	uint8_t *data = malloc(len);

	memset(data, with, len);
	image_own(image, data);
	image_append(image, offset, data, len);
	return data;
}

/* One image over another: what both have is the second one's, and stays where
 * it lies. */
static void test_merge(void **state)
{
	struct image image, more;
	uint8_t *data, got[512];

	(void)state;
	image_init(&image, 512);
	image_init(&more, 512);
	image_merge(&image, &more);
	assert_int_equal(image.count, 0);
	append(&image, 1024, 2048, 1);
	append(&image, 8192, 512, 1);
	append(&more, 0, 512, 2);
	data = append(&more, 2048, 1536, 2);
	append(&more, 9216, 512, 2);
	image_merge(&image, &more);
	assert_int_equal(more.count, 0);
	assert_int_equal(more.block_size, 512);
	assert_int_equal(image.count, 8);
	for (size_t i = 1; i < image.count; i++)
		assert_true(image.blocks[i].offset >
			    image.blocks[i - 1].offset);
	for (uint64_t at = 0; at < 10240; at += 512) {
		bool first = (at >= 1024 && at < 2048) || at == 8192;
		bool second =
			at == 0 || (at >= 2048 && at < 3584) || at == 9216;

		assert_int_equal(image_get(&image, at, got, 512),
				 first || second);
		if (first || second)
			assert_int_equal(got[17], first ? 1 : 2);
	}
	assert_ptr_equal(image_find(&image, 2048)->data, data);
	assert_ptr_equal(image_find(&image, 3072)->data, data + 1024);

	/* Over one of which it has all. */
	append(&more, 0, 512, 3);
	image_merge(&more, &image);
	assert_int_equal(more.count, 8);
	assert_int_equal(more.blocks[0].data[0], 2);
	image_free(&image);
	image_free(&more);
}

/* ---- LVs in three pieces ---- */

static struct lvm_segment segments[] = { { 0, 1, 5 },
					 { 1, 1, 2 },
					 { 2, 2, 8 } };
static const struct lvm_vg vg = { .extent_size = 4096,
				  .pe_start = 65536,
				  .segments = segments,
				  .segment_count = 3 };
static const struct lvm_lv lv = { .segment_count = 3, .size = 4 * 4096 };
static const unsigned places[] = { 5, 2, 8, 9 };

static void test_lv(void **state)
{
	uint8_t *model = malloc(16384), *got = malloc(16384);
	struct image image;

	(void)state;
	fill(model, 16384, 3);
	image_init(&image, 512);
	for (unsigned i = 0; i < 4; i++)
		image_put(&image, 65536 + places[i] * 4096, model + i * 4096,
			  4096);
	for (size_t at = 0; at < 16384; at += 509) {
		for (size_t len = 1; at + len <= 16384; len += 1021) {
			assert_true(lv_get(&image, &vg, &lv, at, got, len));
			assert_memory_equal(got, model + at, len);
			fill(got, len, (unsigned)(at + len));
			assert_true(lv_patch(&image, &vg, &lv, at, got, len));
			memcpy(model + at, got, len);
		}
	}
	for (unsigned i = 0; i < 4; i++) {
		assert_true(
			image_get(&image, 65536 + places[i] * 4096, got, 4096));
		assert_memory_equal(got, model + i * 4096, 4096);
	}
	assert_int_equal(image.count, 32);
	free(model);
	free(got);
	image_free(&image);
}

static void test_wants(void **state)
{
	struct want_list wants = { 0 };
	uint8_t bytes[16384];
	struct image image;

	(void)state;
	memset(bytes, 7, sizeof(bytes));
	image_init(&image, 512);
	assert_false(want_bytes(&image, &wants, 1000, bytes, 100));
	assert_int_equal(wants.count, 1);
	assert_int_equal(wants.items[0].offset, 1000);
	assert_int_equal(wants.items[0].len, 100);
	image_put(&image, 512, bytes, 1024);
	assert_true(want_bytes(&image, &wants, 1000, bytes, 100));
	assert_int_equal(wants.count, 1);

	/* Only the pieces that are missing. */
	wants.count = 0;
	image_put(&image, 65536 + 2 * 4096, bytes, 4096);
	assert_false(
		want_lv_bytes(&image, &wants, &vg, &lv, 4000, bytes, 9000));
	assert_int_equal(wants.count, 2);
	assert_int_equal(wants.items[0].offset, 65536 + 5 * 4096 + 4000);
	assert_int_equal(wants.items[0].len, 96);
	assert_int_equal(wants.items[1].offset, 65536 + 8 * 4096);
	assert_int_equal(wants.items[1].len, 9000 - 96 - 4096);
	for (unsigned i = 0; i < 1000; i++)
		want_bytes(&image, &wants, 1 << 30, bytes, 1);
	assert_int_equal(wants.count, 1002);
	want_list_free(&wants);
	want_list_free(&wants);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_and_find),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_replace_and_clone),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_lv),
		cmocka_unit_test(test_wants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
