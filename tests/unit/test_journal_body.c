// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The journal's body: records, another's body, hostile ones, and what a
 * patch makes of every mix of old and new sectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "format/resign_journal.h"
#include "tests/unit/sr_builder.h"

enum { SECTORS = 7, LEN = SECTORS * JOURNAL_SECTOR };

static uint8_t before[LEN], after[LEN];

/* Changes of many shapes: none (sector 5), one byte, all, at both ends, over a
 * border. */
static void make_images(void)
{
	for (unsigned i = 0; i < LEN; i++)
		before[i] = (uint8_t)(i * 7 + i / 512);
	memcpy(after, before, LEN);
	after[0] ^= 1;
	after[511] ^= 1;
	for (unsigned i = 1000; i < 1050; i++)
		after[i] ^= 0x55;
	for (unsigned i = 1536; i < 2048; i++)
		after[i] ^= 0xff;
	for (unsigned i = 2100; i < 2200; i += 7)
		after[i] ^= 2;
	after[LEN - 1] ^= 0x80;
}

static struct buffer make_body(void)
{
	struct buffer body = { 0 };

	make_images();
	journal_add_text(&body, 0x123400, before, 1024);
	journal_add_write(&body, 0x10000, 1, before, after, LEN);
	journal_add_write(&body, 0, 2, after, before, 512);
	return body;
}

/* Records in memory of just `len` bytes. Returns how many are sound, -1 if
 * something follows that is not. */
static int count_records(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct journal_record record;
	size_t at = 0;
	int n = 0;

	memcpy(copy, bytes, len);
	while (at < len && journal_next(copy, len, &at, &record))
		n++;
	free(copy);
	return at == len ? n : -1;
}

static void test_round_trip(void **state)
{
	struct buffer body = make_body();
	struct journal_record r;
	size_t at = 0;

	(void)state;
	assert_true(journal_next(body.data, body.len, &at, &r));
	assert_int_equal(r.type, JOURNAL_TEXT);
	assert_int_equal(r.offset, 0x123400);
	assert_int_equal(r.len, 1024);
	assert_int_equal(r.crc, sr_crc(before, 1024));
	assert_true(journal_next(body.data, body.len, &at, &r));
	assert_int_equal(r.type, JOURNAL_WRITE);
	assert_int_equal(r.offset, 0x10000);
	assert_int_equal(r.len, LEN);
	assert_int_equal(r.phase, 1);
	assert_true(journal_next(body.data, body.len, &at, &r));
	assert_int_equal(r.offset, 0);
	assert_int_equal(r.phase, 2);
	assert_int_equal(at, body.len);
	assert_false(journal_next(body.data, body.len, &at, &r));
	assert_int_equal(at, body.len);
	/* A redo log of what changes, not of all there is. */
	assert_true(body.len < LEN);
	buffer_free(&body);
}

/* What the head says of its body tells it from every other of the same shape:
 * one that a later run wrote over it, wholly or in part, is not taken for it. */
static void test_another_body(void **state)
{
	struct buffer body = { 0 }, other = { 0 };
	uint32_t crc;

	(void)state;
	make_images();
	for (unsigned round = 0; round < 64; round++) {
		body.len = other.len = 0;
		after[round * 50] ^= 0x40;
		journal_add_text(&body, 0x123400, after, 1024);
		journal_add_write(&body, 0x10000, 1, before, after, LEN);
		after[round * 50] ^= 0xc0;
		journal_add_text(&other, 0x123400, after, 1024);
		journal_add_write(&other, 0x10000, 1, before, after, LEN);
		assert_int_equal(body.len, other.len);
		crc = sr_crc(body.data, body.len);
		assert_int_not_equal(crc, sr_crc(other.data, other.len));
		for (size_t cut = 1; cut < body.len; cut++) {
			if (memcmp(body.data, other.data, cut) == 0 ||
			    memcmp(body.data + cut, other.data + cut,
				   body.len - cut) == 0)
				continue;
			memcpy(other.data, body.data, cut);
			assert_int_not_equal(crc,
					     sr_crc(other.data, other.len));
		}
		after[round * 50] ^= 0x80;
	}
	buffer_free(&body);
	buffer_free(&other);
}

/* Cut anywhere: whole records in front are sound, the rest is not. */
static void test_every_length(void **state)
{
	struct buffer body = make_body();
	struct journal_record r;
	size_t ends[4] = { 0 };

	(void)state;
	for (size_t n = 1; n < 4; n++) {
		ends[n] = ends[n - 1];
		assert_true(journal_next(body.data, body.len, &ends[n], &r));
	}
	for (size_t len = 0; len < body.len; len++) {
		int want = -1;

		for (int n = 0; n < 4; n++) {
			if (len == ends[n])
				want = n;
		}
		assert_int_equal(count_records(body.data, len), want);
	}
	buffer_free(&body);
}

/* ---- hostile records ---- */

static struct buffer one_write(void)
{
	struct buffer body = { 0 };

	make_images();
	journal_add_write(&body, 0x10000, 1, before, after, LEN);
	return body;
}

static void hostile(size_t at, uint32_t value, int want)
{
	struct buffer body = one_write();

	put_le32(body.data + at, value);
	if (count_records(body.data, body.len) != want)
		fail_msg("%u at %zu", value, at);
	buffer_free(&body);
}

static void test_hostile(void **state)
{
	enum { COUNT = 24 + SECTORS * 8, PATCH = COUNT + 4 };

	(void)state;
	hostile(0, JOURNAL_WRITE, 1);
	hostile(0, 0, -1);
	hostile(0, 3, -1);
	hostile(0, JOURNAL_TEXT, -1); /* a text that has more to it */
	hostile(8, 0x10200, 1);
	hostile(8, 0x10001, -1); /* no whole sector */
	hostile(16, 0, -1);
	hostile(16, LEN - 1, -1);
	hostile(16, LEN + 512, -1); /* checksums that are not there */
	hostile(16, 0xfffffe00, -1);
	hostile(COUNT, 0, -1); /* patches that nobody counts */
	hostile(COUNT, 1, -1);
	hostile(COUNT, 0xffffffff, -1);
	hostile(PATCH, LEN - 1, 1); /* elsewhere, but inside */
	hostile(PATCH, LEN, -1);
	hostile(PATCH, 0xffffffff, -1);
	hostile(PATCH + 4, 0, -1); /* one byte is left over */
	hostile(PATCH + 4, 2, -1);
	hostile(PATCH + 4, 0xffffffff, -1);
	hostile(PATCH + 4, 0xfffffff8, -1);
}

/* A length that leads out, or nowhere. */
static void test_hostile_length(void **state)
{
	struct buffer body = one_write();
	const uint32_t len = (uint32_t)body.len;
	const uint32_t bad[] = { 0,	     1,		 23,	    len + 1,
				 0x7fffffff, 0xffffffff, 0x80000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put_le32(body.data + 4, bad[i]);
		assert_int_equal(count_records(body.data, len), -1);
	}
	/* Shorter, and right for that length. */
	for (uint32_t n = 24; n < len; n++) {
		put_le32(body.data + 4, n);
		assert_int_equal(count_records(body.data, n), -1);
		buffer_free(&body);
		body = one_write();
	}
	buffer_free(&body);
}

/* ---- compare and patch ---- */

static void take(unsigned mix, uint8_t *bytes)
{
	for (unsigned s = 0; s < SECTORS; s++)
		memcpy(bytes + 512 * s,
		       (mix >> s & 1 ? after : before) + 512 * s, 512);
}

/* A sector that does not change is none of the record's business. */
static void test_every_mix(void **state)
{
	struct buffer body = one_write();
	unsigned differ = 0;
	struct journal_record r;
	uint8_t *bytes = malloc(LEN);
	size_t at = 0;

	(void)state;
	assert_true(journal_next(body.data, body.len, &at, &r));
	for (unsigned s = 0; s < SECTORS; s++)
		differ |= (unsigned)(memcmp(before + 512 * s, after + 512 * s,
					    512) != 0)
			  << s;
	/* At least one sector that changes and one that does not. */
	assert_int_not_equal(differ, (1 << SECTORS) - 1);
	for (unsigned mix = 0; mix < 1 << SECTORS; mix++) {
		take(mix, bytes);
		assert_int_equal(journal_compare(&r, bytes),
				 (mix & differ) == differ ? JOURNAL_AFTER
				 : (mix & differ)	  ? JOURNAL_MIXED
							  : JOURNAL_BEFORE);
		journal_patch(&r, bytes);
		assert_memory_equal(bytes, after, LEN);
		for (unsigned s = 0; s < SECTORS; s++) {
			take(mix, bytes);
			bytes[512 * s + 300] ^= 4;
			assert_int_equal(journal_compare(&r, bytes) ==
						 JOURNAL_OTHER,
					 differ >> s & 1);
		}
	}
	free(bytes);
	buffer_free(&body);
}

/* Changes at every distance: near ones share a patch, and both are right. */
static void test_every_distance(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 40; first++) {
		for (unsigned second = first; second < 512; second++) {
			struct buffer body = { 0 };
			struct journal_record r;
			uint8_t a[512] = { 0 }, b[512] = { 0 };
			size_t at = 0;

			b[first] = 1;
			b[second] = 2;
			journal_add_write(&body, 0, 1, a, b, 512);
			assert_true(journal_next(body.data, body.len, &at, &r));
			assert_int_equal(at, body.len);
			journal_patch(&r, a);
			assert_memory_equal(a, b, 512);
			buffer_free(&body);
		}
	}
}

static void test_no_change(void **state)
{
	struct buffer body = { 0 };
	struct journal_record r;
	size_t at = 0;

	(void)state;
	make_images();
	journal_add_write(&body, 0, 1, before, before, LEN);
	assert_true(journal_next(body.data, body.len, &at, &r));
	assert_int_equal(r.patch_count, 0);
	assert_int_equal(journal_compare(&r, before), JOURNAL_AFTER);
	buffer_free(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_another_body),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_hostile_length),
		cmocka_unit_test(test_every_mix),
		cmocka_unit_test(test_every_distance),
		cmocka_unit_test(test_no_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
