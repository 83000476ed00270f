// SPDX-License-Identifier: LGPL-2.1-only
/*
 * mda_header: what is believed of it, and where its text lies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "format/lvm_mda.h"
#include "tests/unit/sr_builder.h"

#define AT	4096u
#define SIZE	65536u
#define LUN	(1u << 20)
#define IGNORED 1

static uint8_t header[512];
static const struct lvm_area area = { AT, 1 };

static void put(uint64_t text_at, uint64_t text_size)
{
	sr_put_mda(header, AT, SIZE, text_at, text_size, 0x12345678, 0);
}

static struct lvm_mda parsed(void)
{
	struct lvm_mda mda;
	struct error err;

	if (lvm_mda_parse(header, &area, LUN, &mda, &err))
		fail_msg("%s", err.text);
	return mda;
}

static void refused_on(uint64_t lun_size, const char *words)
{
	struct lvm_mda mda = { .ignored = true };
	struct error err = { 0 };

	assert_int_equal(lvm_mda_parse(header, &area, lun_size, &mda, &err),
			 -1);
	assert_int_equal(err.code, ERROR_LUN_CONTENT);
	if (!strstr(err.text, words))
		fail_msg("'%s' is not in '%s'", words, err.text);
	assert_true(mda.ignored);
}

static void refused(const char *words)
{
	refused_on(LUN, words);
}

static void test_sound(void **state)
{
	struct lvm_mda mda;

	(void)state;
	put(512, 3000);
	mda = parsed();
	assert_int_equal(mda.area.offset, AT);
	assert_int_equal(mda.area.size, SIZE);
	assert_int_equal(mda.text.offset, 512);
	assert_int_equal(mda.text.size, 3000);
	assert_int_equal(mda.text.crc, 0x12345678);
	assert_int_equal(mda.text.flags, 0);
	assert_false(mda.ignored);
}

static void test_every_byte(void **state)
{
	(void)state;
	put(512, 3000);
	for (size_t i = 0; i < 512; i++) {
		header[i] ^= 0x01;
		refused("checksum");
		header[i] ^= 0x01;
		parsed();
	}
}

static void test_header_fields(void **state)
{
	(void)state;
	put(512, 3000);
	header[4] = 'x';
	sr_seal_mda(header);
	refused("magic");
	put(512, 3000);
	header[20] = 2;
	sr_seal_mda(header);
	refused("version");
	put(512, 3000);
	put_le64(header + 24, AT + 512);
	sr_seal_mda(header);
	refused("elsewhere");
}

static void test_sizes(void **state)
{
	static const uint64_t bad[] = { 0,
					511,
					512,
					513,
					SIZE + 1,
					LUN - AT + 512,
					UINT64_MAX,
					UINT64_MAX - 511,
					(uint64_t)0 - AT };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put(0, 0);
		put_le64(header + 32, bad[i]);
		sr_seal_mda(header);
		refused("size");
	}
	put(0, 0);
	put_le64(header + 32, LUN - AT);
	sr_seal_mda(header);
	assert_int_equal(parsed().area.size, LUN - AT);
	put_le64(header + 32, 1024);
	sr_seal_mda(header);
	parsed();
	put(0, 0);
	refused_on(AT + SIZE - 512, "size");
	refused_on(AT - 1, "size");
}

static void test_text_place(void **state)
{
	static const struct {
		uint64_t at, size;
		bool good;
	} cases[] = {
		{ 0, 0, true },
		{ 0, UINT64_MAX, true }, /* no text at all */
		{ 512, 2, true },
		{ 511, 3000, false },
		{ 1, 3000, false },
		{ 512, 1, false },
		{ 512, 0, false },
		{ 512, SIZE - 512, true },
		{ 512, SIZE - 511, false },
		{ SIZE - 512, SIZE - 512, true }, /* wrapped, all of it */
		{ SIZE - 1, 2, true },
		{ SIZE, 2, false },
		{ UINT64_MAX, 2, false },
		{ 512, UINT64_MAX, false },
		{ SIZE - 512, UINT64_MAX, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put(cases[i].at, cases[i].size);
		if (cases[i].good)
			parsed();
		else
			refused("VG text lies outside");
	}
}

/* On a LUN that is large enough, all the same. */
static void test_huge_text(void **state)
{
	struct lvm_mda mda;
	struct error err;

	(void)state;
	put(512, LVM_MAX_TEXT);
	put_le64(header + 32, 1u << 30);
	sr_seal_mda(header);
	assert_int_equal(lvm_mda_parse(header, &area, 1ull << 40, &mda, &err),
			 0);
	put(512, LVM_MAX_TEXT + 1);
	put_le64(header + 32, 1u << 30);
	sr_seal_mda(header);
	refused_on(1ull << 40, "longer");
}

static void test_ignored(void **state)
{
	(void)state;
	sr_put_mda(header, AT, SIZE, 512, 3000, 1, IGNORED);
	assert_true(parsed().ignored);
	sr_put_mda(header, AT, SIZE, 512, 3000, 1, 2);
	assert_false(parsed().ignored);
	sr_put_mda(header, AT, SIZE, 0, 0, 0, IGNORED);
	assert_true(parsed().ignored);
}

/* Byte for byte as the ring is walked. */
static void test_pieces(void **state)
{
	const uint64_t offsets[] = { 512, 1024, SIZE - 1536, SIZE - 512,
				     SIZE - 1 };
	const uint64_t sizes[] = { 1,	 2,    511,  512,	513,
				   1535, 1536, 1537, SIZE - 512 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		for (size_t j = 0; j < 9; j++) {
			struct lvm_mda mda = { .area = { AT, SIZE } };
			struct lvm_mda_piece pieces[2];
			uint64_t at = offsets[i], k = 0;
			unsigned n = lvm_mda_pieces(&mda, at, sizes[j], pieces);

			assert_in_range(n, 1, 2);
			for (unsigned p = 0; p < n; p++) {
				assert_true(pieces[p].len > 0);
				for (uint64_t b = 0; b < pieces[p].len; b++) {
					assert_int_equal(pieces[p].offset + b,
							 AT + at);
					at = at + 1 == SIZE ? 512 : at + 1;
					k++;
				}
			}
			assert_int_equal(k, sizes[j]);
		}
	}
}

static void test_is_free(void **state)
{
	struct lvm_mda mda = { .area = { AT, SIZE } };

	(void)state;
	assert_true(lvm_mda_is_free(&mda, AT + 512, SIZE - 512));
	mda.text = (struct lvm_raw_locn){ .offset = 1024, .size = 100 };
	assert_true(lvm_mda_is_free(&mda, AT + 512, 512));
	assert_false(lvm_mda_is_free(&mda, AT + 512, 513));
	assert_false(lvm_mda_is_free(&mda, AT + 1123, 1));
	assert_true(lvm_mda_is_free(&mda, AT + 1124, 1));
	assert_false(lvm_mda_is_free(&mda, AT + 1030, 1));
	assert_false(lvm_mda_is_free(&mda, AT + 512, 10000));
	mda.text = (struct lvm_raw_locn){ .offset = SIZE - 10, .size = 20 };
	assert_false(lvm_mda_is_free(&mda, AT + 521, 1));
	assert_true(lvm_mda_is_free(&mda, AT + 522, 1));
	assert_true(lvm_mda_is_free(&mda, AT + SIZE - 11, 1));
	assert_false(lvm_mda_is_free(&mda, AT + SIZE - 11, 2));
	/* What lies behind the area is no text. */
	assert_true(lvm_mda_is_free(&mda, AT + SIZE, 100));
}

/* Slot 0 is the new text, slot 1 is empty, all else stays. */
static void test_set_text(void **state)
{
	const struct lvm_raw_locn text = { .offset = 0x0102030405060708,
					   .size = 0x1112131415161718,
					   .crc = 0x21222324,
					   .flags = 0x31323334 };
	uint8_t want[512];

	(void)state;
	put(512, 3000);
	memset(header + 64, 0xee, 24); /* precommitted */
	memset(header + 88, 0xdd, 424);
	memcpy(want, header, 512);
	for (unsigned i = 0; i < 8; i++) {
		want[40 + i] = (uint8_t)(8 - i);
		want[48 + i] = (uint8_t)(0x18 - i);
	}
	for (unsigned i = 0; i < 4; i++) {
		want[56 + i] = (uint8_t)(0x24 - i);
		want[60 + i] = (uint8_t)(0x34 - i);
	}
	memset(want + 64, 0, 24);
	sr_seal_mda(want);
	lvm_mda_set_text(&text, header);
	assert_memory_equal(header, want, 512);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_header_fields),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_text_place),
		cmocka_unit_test(test_huge_text),
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_is_free),
		cmocka_unit_test(test_set_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
