// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The ring's free space, against a map that marks it byte by byte, for every
 * place and many lengths of the live text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/lvm_ring.h"

#define STEP 512u

/* Sectors of the area: true if LVM or a journal's head has them. */
static bool taken[256];

static void mark_text(const struct lvm_mda *mda)
{
	uint64_t at = mda->text.offset;

	memset(taken, 0, sizeof(taken));
	taken[0] = true;
	for (uint64_t i = 0; mda->text.offset && i < mda->text.size; i++) {
		taken[at / STEP] = true;
		at = at + 1 == mda->area.size ? 512 : at + 1;
	}
}

static bool model_free(const struct lvm_mda *mda, uint64_t lun_at, uint64_t len)
{
	uint64_t at = lun_at - mda->area.offset;

	if (lun_at < mda->area.offset || at + len > mda->area.size)
		return false;
	for (uint64_t s = at / STEP; s < (at + len + STEP - 1) / STEP; s++) {
		if (taken[s])
			return false;
	}
	return true;
}

/* The longest run of free blocks, counted. */
static uint64_t model_longest(const struct lvm_mda *mda, uint32_t block)
{
	uint64_t best = 0, run = 0;

	for (uint64_t at = (mda->area.offset + block - 1) / block * block;
	     at + block <= mda->area.offset + mda->area.size; at += block) {
		run = model_free(mda, at, block) ? run + block : 0;
		if (run > best)
			best = run;
	}
	return best;
}

static void check_places(const struct lvm_mda *mda, uint64_t *places,
			 unsigned n)
{
	assert_true(n <= RING_HEAD_PLACES);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(places[i] % RING_HEAD_SIZE, 0);
		assert_true(model_free(mda, places[i], RING_HEAD_SIZE));
		for (unsigned j = 0; j < i; j++)
			assert_int_not_equal(places[i], places[j]);
	}
}

/* LVM writes behind the text and on round the ring: the writer's choice is the
 * place that it comes to last. */
static void check_order(const struct lvm_mda *mda, const uint64_t *places,
			unsigned n)
{
	uint64_t ring = mda->area.size - 512;
	uint64_t at = (mda->text.offset - 512 + mda->text.size) % ring;
	uint64_t last = 0;

	if (!mda->text.offset || n == 0)
		return;
	for (uint64_t i = 0; i < ring; i++) {
		for (unsigned p = 0; p < n; p++) {
			if (places[p] == mda->area.offset + 512 + at)
				last = places[p];
		}
		at = at + 1 == ring ? 0 : at + 1;
	}
	assert_int_equal(places[0], last);
}

/* Marks what lies in the area of a range of the LUN. */
static void mark(const struct lvm_mda *mda, uint64_t at, uint64_t len)
{
	for (uint64_t i = at; i < at + len; i += STEP) {
		if (i >= mda->area.offset &&
		    i < mda->area.offset + mda->area.size)
			taken[(i - mda->area.offset) / STEP] = true;
	}
}

static void check_avoiding(const struct lvm_mda *mda, uint64_t head,
			   struct lvm_area avoid, uint32_t block)
{
	struct lvm_area run = lvm_ring_free_run(mda, head, avoid, block);

	if (head)
		mark(mda, head, RING_HEAD_SIZE);
	mark(mda, avoid.offset, avoid.size);
	if (run.size != model_longest(mda, block))
		fail_msg("area %u+%u, text %u+%u, head %u, avoid %u+%u, block "
			 "%u: %u free",
			 (unsigned)mda->area.offset, (unsigned)mda->area.size,
			 (unsigned)mda->text.offset, (unsigned)mda->text.size,
			 (unsigned)head, (unsigned)avoid.offset,
			 (unsigned)avoid.size, block, (unsigned)run.size);
	if (run.size) {
		assert_int_equal(run.offset % block, 0);
		assert_true(model_free(mda, run.offset, run.size));
	}
	mark_text(mda);
}

/* With nothing to avoid, and with ranges in the ring, over the live text, over
 * either end of the area, and outside it. */
static void check_run(const struct lvm_mda *mda, uint64_t head, uint32_t block)
{
	const uint64_t at = mda->area.offset, size = mda->area.size;
	const struct lvm_area avoid[] = {
		{ 0 },
		{ at + size / 2 / STEP * STEP, 2048 },
		{ at + 1024, 512 },
		{ at, size },
		{ at - 512, 2048 },
		{ at + size - 512, 4096 },
		{ at + size, 4096 },
		{ 512, 512 },
	};

	static unsigned turn;

	/* All of them each time would take a minute. */
	check_avoiding(mda, head, avoid[0], block);
	check_avoiding(mda, head, avoid[1 + turn++ % 7], block);
}

/* A reader that meets the new text, wherever the plan has put it, must still
 * look at the place where the head was put beside the old one. */
static void check_found_after(const struct lvm_mda *mda, uint64_t head,
			      uint32_t block)
{
	const struct lvm_area none = { 0 };
	struct lvm_area run = lvm_ring_free_run(mda, head, none, block);
	uint64_t need = (mda->text.size + block - 1) / block * block;
	uint64_t places[RING_HEAD_PLACES];
	struct lvm_mda after = *mda;
	unsigned n, i;

	if (need <= run.size)
		after.text.offset = run.offset - mda->area.offset;
	n = lvm_ring_head_places(&after, places);
	for (i = 0; i < n && places[i] != head; i++)
		;
	if (i == n)
		fail_msg("area %u+%u, text %u+%u, block %u: head lost",
			 (unsigned)mda->area.offset, (unsigned)mda->area.size,
			 (unsigned)mda->text.offset, (unsigned)mda->text.size,
			 block);
}

/* Every start of text, a multiple of `step`; lengths around every sector. */
static void try_area(uint64_t offset, uint64_t size, uint64_t step)
{
	struct lvm_mda mda = { .area = { offset, size } };
	uint64_t ring = size - 512;

	for (uint64_t at = 512; at < size; at += step) {
		for (uint64_t len = 2; len <= ring;
		     len += len % STEP == 1 ? STEP - 2 : 1) {
			uint64_t places[RING_HEAD_PLACES] = { 0 };
			unsigned n;

			/* One less, exactly, and one more than whole sectors.
			 */
			if (len > 3 && len % STEP > 1 && len % STEP < STEP - 1)
				len += STEP - 1 - len % STEP;
			if (len > ring)
				break;
			mda.text.offset = at;
			mda.text.size = len;
			mark_text(&mda);
			n = lvm_ring_head_places(&mda, places);
			check_places(&mda, places, n);
			if (len % 7 == 0)
				check_order(&mda, places, n);
			for (uint32_t block = 512; block <= 4096; block *= 8) {
				check_run(&mda, 0, block);
				if (!n)
					continue;
				check_run(&mda, places[0], block);
				check_found_after(&mda, places[0], block);
			}
			/* Half of the ring leaves a place for the head. */
			if (size >= 6 * 4096 && len <= ring / 2 - 4096)
				assert_true(n > 0);
		}
	}
}

static void test_small_rings(void **state)
{
	(void)state;
	try_area(4096, 5 * 4096, 512);
	try_area(4096, 6 * 4096, 1536);
	try_area(4096, 7 * 4096, 3584);
	try_area(4096, 8 * 4096 - 512, 3584);
	try_area(4096, 11 * 4096, 7680);
}

static void test_unaligned_areas(void **state)
{
	(void)state;
	for (uint64_t shift = 512; shift < 4096; shift += 1024) {
		try_area(4096 + shift, 6 * 4096, 3584);
		try_area(4096 + shift, 8 * 4096 - 1024, 7680);
	}
}

/* Text that does not start on a sector: LVM would not, a writer might. */
static void test_unaligned_text(void **state)
{
	(void)state;
	try_area(4096, 5 * 4096, 1021);
}

static void test_larger_ring(void **state)
{
	(void)state;
	try_area(8192, 20 * 4096, 7680);
}

static void test_no_text(void **state)
{
	struct lvm_mda mda = { .area = { 4096, 65536 } };
	uint64_t places[RING_HEAD_PLACES];

	(void)state;
	mark_text(&mda);
	assert_int_equal(lvm_ring_head_places(&mda, places), 3);
	assert_int_equal(places[0], 65536);
	assert_int_equal(places[1], 8192);
	check_places(&mda, places, 3);
	check_run(&mda, 0, 512);
	check_run(&mda, places[0], 512);
	check_run(&mda, places[1], 4096);
}

/* Too small for three places that are apart. */
static void test_tiny(void **state)
{
	uint64_t places[RING_HEAD_PLACES];

	(void)state;
	for (uint64_t size = 1024; size < 5 * 4096; size += 512) {
		struct lvm_mda mda = { .area = { 4096, size } };

		assert_int_equal(lvm_ring_head_places(&mda, places), 0);
		mark_text(&mda);
		check_run(&mda, 0, 512);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_rings),
		cmocka_unit_test(test_unaligned_areas),
		cmocka_unit_test(test_unaligned_text),
		cmocka_unit_test(test_larger_ring),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_tiny),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
