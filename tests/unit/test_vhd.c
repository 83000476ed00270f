// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A VHD's header and the names of its parent, in every encoding.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "format/vhd.h"
#include "tests/unit/sr_builder.h"

#define NAME  "VHD-" BASE_UUID
#define AFTER "VHD-" CHILD_UUID

static uint8_t vhd[4096];

static void put(const char *name)
{
	memset(vhd, 0, sizeof(vhd));
	sr_put_vhd(vhd, name);
}

static void refused(const char *words)
{
	struct vhd_header header = { .locator_count = 77 };
	const char *why = NULL;

	assert_false(vhd_parse_header(vhd + 512, &header, &why));
	assert_non_null(why);
	if (!strstr(why, words))
		fail_msg("'%s' is not in '%s'", words, why);
	assert_int_equal(header.locator_count, 77);
}

static struct vhd_header parsed(void)
{
	struct vhd_header header;
	const char *why;

	if (!vhd_parse_header(vhd + 512, &header, &why))
		fail_msg("%s", why);
	return header;
}

static void test_footer(void **state)
{
	struct vhd_footer footer = { .header_at = 77 };

	(void)state;
	put(NAME);
	assert_true(vhd_parse_footer(vhd, &footer));
	assert_int_equal(footer.type, VHD_DIFFERENCING);
	assert_int_equal(footer.header_at, 512);
	for (uint32_t type = 2; type <= 4; type++) {
		put_be32(vhd + 60, type);
		assert_true(vhd_parse_footer(vhd, &footer));
		assert_int_equal(footer.type, type);
	}
	footer.header_at = 77;
	put_be32(vhd + 60, 1);
	assert_false(vhd_parse_footer(vhd, &footer));
	put_be32(vhd + 60, 5);
	assert_false(vhd_parse_footer(vhd, &footer));
	put_be32(vhd + 60, 0x03000000);
	assert_false(vhd_parse_footer(vhd, &footer));
	put_be32(vhd + 60, 3);
	for (int i = 0; i < 8; i++) {
		vhd[i] ^= 1;
		assert_false(vhd_parse_footer(vhd, &footer));
		vhd[i] ^= 1;
	}
	assert_int_equal(footer.header_at, 77);
}

/* Early versions of blktap marked a VHD hidden and left its checksum as it was;
 * libvhd takes such a footer. */
static void test_hidden_by_early_blktap(void **state)
{
	struct vhd_footer footer;

	(void)state;
	for (uint32_t version = 0; version < 4; version++) {
		put(NAME);
		memcpy(vhd + 28, "tap", 4);
		put_be32(vhd + 32, version << 16 | 1);
		sr_seal_footer(vhd);
		vhd[85] = 1;
		assert_true(vhd_parse_footer(vhd, &footer));
		assert_int_equal(footer.is_sound, version < 2);
		vhd[70] ^= 1;
		assert_true(vhd_parse_footer(vhd, &footer));
		assert_false(footer.is_sound);
	}
	put(NAME);
	memcpy(vhd + 28, "win ", 4);
	put_be32(vhd + 32, 1);
	sr_seal_footer(vhd);
	vhd[85] = 1;
	assert_true(vhd_parse_footer(vhd, &footer));
	assert_false(footer.is_sound);
}

static void test_header(void **state)
{
	struct vhd_header header;

	(void)state;
	put(NAME);
	header = parsed();
	assert_int_equal(header.locator_count, 3);
	assert_int_equal(header.locators[0].encoding, NAME_UTF8);
	assert_int_equal(header.locators[0].at, 2048);
	assert_int_equal(header.locators[0].len, 9 + 40);
	assert_int_equal(header.locators[1].encoding, NAME_UTF16LE);
	assert_int_equal(header.locators[1].at, 2560);
	assert_int_equal(header.locators[1].len, 2 * 42);
	assert_int_equal(header.locators[2].encoding, NAME_UTF16LE);
	put(NULL);
	assert_int_equal(parsed().locator_count, 0);
}

/* Every byte counts for the checksum, the checksum's own too. */
static void test_every_byte(void **state)
{
	(void)state;
	put(NAME);
	for (int i = 0; i < 1024; i++) {
		vhd[512 + i] ^= 1;
		refused(i < 8 ? "no dynamic header" : "checksum");
		vhd[512 + i] ^= 1;
	}
	parsed();
}

static void test_seal(void **state)
{
	uint8_t want[4096];

	(void)state;
	put(NAME);
	vhd[512 + 64 + 11] = '9';
	memcpy(want, vhd, sizeof(want));
	sr_seal_vhd(want + 512);
	vhd_header_seal(vhd + 512);
	assert_memory_equal(vhd, want, sizeof(vhd));
}

static void test_locators(void **state)
{
	(void)state;
	put(NAME);
	put_be32(vhd + 512 + 576, 0x57693272); /* Wi2r */
	sr_seal_vhd(vhd + 512);
	assert_int_equal(parsed().locator_count, 3);
	assert_int_equal(parsed().locators[0].encoding, NAME_UNKNOWN);
	put_be32(vhd + 512 + 576 + 8, UINT32_MAX);
	sr_seal_vhd(vhd + 512);
	assert_int_equal(parsed().locators[0].len, PARENT_NAME_MAX);
	put(NAME);
	put_be32(vhd + 512 + 576 + 8, PARENT_NAME_MAX + 1);
	sr_seal_vhd(vhd + 512);
	refused("too long");
	put_be32(vhd + 512 + 576 + 8, PARENT_NAME_MAX);
	sr_seal_vhd(vhd + 512);
	assert_int_equal(parsed().locators[0].len, PARENT_NAME_MAX);
	/* An empty one names nobody, in whatever code. */
	put_be32(vhd + 512 + 576 + 8, 0);
	sr_seal_vhd(vhd + 512);
	assert_int_equal(parsed().locator_count, 2);
	/* All eight. */
	for (unsigned i = 0; i < 8; i++) {
		memcpy(vhd + 512 + 576 + i * 24, vhd + 512 + 600, 24);
		put_be64(vhd + 512 + 576 + i * 24 + 16, 1000 + i);
	}
	sr_seal_vhd(vhd + 512);
	assert_int_equal(parsed().locator_count, 8);
	assert_int_equal(parsed().locators[7].at, 1007);
}

static void encode(uint8_t *to, const char *name, enum name_encoding encoding)
{
	for (; *name; name++) {
		if (encoding == NAME_UTF16BE)
			*to++ = 0;
		*to++ = (uint8_t)*name;
		if (encoding == NAME_UTF16LE)
			*to++ = 0;
	}
}

static void test_names(void **state)
{
	static const enum name_encoding all[] = { NAME_UTF8, NAME_UTF16LE,
						  NAME_UTF16BE };
	const size_t n = strlen(NAME);

	(void)state;
	for (size_t e = 0; e < 3; e++) {
		unsigned width = all[e] == NAME_UTF8 ? 1 : 2;
		uint8_t *bytes = calloc(1, n * width);
		uint8_t *want = calloc(1, n * width);
		char name[64];

		encode(bytes, NAME, all[e]);
		encode(want, AFTER, all[e]);
		assert_int_equal(parent_name_get(bytes, n * width, all[e], name,
						 sizeof(name)),
				 n);
		assert_memory_equal(name, NAME, n);
		/* At most as many as there is room for. */
		assert_int_equal(
			parent_name_get(bytes, n * width, all[e], name, 7), 7);
		parent_name_put(bytes, all[e], NAME, AFTER, n);
		assert_memory_equal(bytes, want, n * width);
		/* A NUL ends it. */
		memset(bytes + 4 * width, 0, width);
		assert_int_equal(parent_name_get(bytes, n * width, all[e], name,
						 sizeof(name)),
				 4);
		/* Half a character is none. */
		assert_int_equal(parent_name_get(want, n * width - 1, all[e],
						 name, sizeof(name)),
				 n - 1);
		assert_int_equal(
			parent_name_get(want, 0, all[e], name, sizeof(name)),
			0);
		free(bytes);
		free(want);
	}
}

/* What is not ASCII is kept as it is. */
static void test_other_characters(void **state)
{
	static const uint8_t big[] = { 0x20, 'V', 0, 'a', 0x01, 'b', 0, 0x80 };
	uint8_t bytes[8];
	char name[8];

	(void)state;
	memcpy(bytes, big, 8);
	assert_int_equal(parent_name_get(bytes, 8, NAME_UTF16BE, name, 8), 4);
	assert_memory_equal(name, "?a??", 4);
	parent_name_put(bytes, NAME_UTF16BE, "?a??", "?z??", 4);
	assert_int_equal(bytes[3], 'z');
	bytes[3] = 'a';
	assert_memory_equal(bytes, big, 8);
	memcpy(bytes, "\xc3\xa9x", 3);
	assert_int_equal(parent_name_get(bytes, 3, NAME_UTF8, name, 8), 3);
	assert_memory_equal(name, "??x", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_footer),
		cmocka_unit_test(test_hidden_by_early_blktap),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_seal),
		cmocka_unit_test(test_locators),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_other_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
