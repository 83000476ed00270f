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

#include "format/lvm_mda.h"

#define STEP 512u

/* Sectors of the area: true if somebody has them. */
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

/* Marks what lies in the area of a range of the LUN. */
static void mark(const struct lvm_mda *mda, uint64_t at, uint64_t len)
{
	for (uint64_t i = at; i < at + len; i += STEP) {
		if (i >= mda->area.offset &&
		    i < mda->area.offset + mda->area.size)
			taken[(i - mda->area.offset) / STEP] = true;
	}
}

static void check_but(const struct lvm_mda *mda, struct lvm_area but,
		      uint32_t block)
{
	struct lvm_area run = lvm_ring_free_run(mda, but, block);

	mark(mda, but.offset, but.size);
	if (run.size != model_longest(mda, block))
		fail_msg("area %u+%u, text %u+%u, but %u+%u, block %u: %u free",
			 (unsigned)mda->area.offset, (unsigned)mda->area.size,
			 (unsigned)mda->text.offset, (unsigned)mda->text.size,
			 (unsigned)but.offset, (unsigned)but.size, block,
			 (unsigned)run.size);
	if (run.size) {
		assert_int_equal(run.offset % block, 0);
		assert_true(model_free(mda, run.offset, run.size));
	}
	mark_text(mda);
}

/* With nothing else taken, and with ranges in the ring, over the live text, over
 * either end of the area, and outside it. */
static void check_run(const struct lvm_mda *mda, uint32_t block)
{
	const uint64_t at = mda->area.offset, size = mda->area.size;
	const struct lvm_area but[] = {
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
	check_but(mda, but[0], block);
	check_but(mda, but[1 + turn++ % 7], block);
}

/* Every start of text, a multiple of `step`; lengths around every sector. */
static void try_area(uint64_t offset, uint64_t size, uint64_t step)
{
	struct lvm_mda mda = { .area = { offset, size } };
	uint64_t ring = size - 512;

	for (uint64_t at = 512; at < size; at += step) {
		for (uint64_t len = 2; len <= ring;
		     len += len % STEP == 1 ? STEP - 2 : 1) {
			/* One less, exactly, and one more than whole sectors.
			 */
			if (len > 3 && len % STEP > 1 && len % STEP < STEP - 1)
				len += STEP - 1 - len % STEP;
			if (len > ring)
				break;
			mda.text.offset = at;
			mda.text.size = len;
			mark_text(&mda);
			check_run(&mda, 512);
			check_run(&mda, 4096);
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
	(void)state;
	for (uint64_t size = 1024; size <= 65536; size += 512) {
		struct lvm_mda mda = { .area = { 4096, size } };

		mark_text(&mda);
		check_run(&mda, 512);
		check_run(&mda, 4096);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
