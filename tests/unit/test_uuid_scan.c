// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Uuids in names: where one begins and ends, in both forms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/uuid_scan.h"

#define A      "22222222-bbbb-4222-8222-0123456789ab"
#define AA     "22222222--bbbb--4222--8222--0123456789ab"
#define NEW    "abcdef01-2345-4678-89ab-cdef01234567"
#define NEWNEW "abcdef01--2345--4678--89ab--cdef01234567"

static bool scan(const char *text, size_t from, struct uuid_hit *hit)
{
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);
	bool found;

	memcpy(copy, text, len);
	found = uuid_scan(copy, len, from, hit);
	free(copy);
	return found;
}

static void hit_at(const char *text, size_t from, size_t at, size_t len,
		   bool is_sr)
{
	struct uuid_hit hit = { 0 };
	struct uuid uuid;

	assert_true(uuid_from_text(A, &uuid));
	if (!scan(text, from, &hit) || hit.at != at || hit.len != len ||
	    hit.is_sr != is_sr || !uuid_equal(&hit.uuid, &uuid))
		fail_msg("%s: at %zu, %zu bytes", text, hit.at, hit.len);
}

static void none(const char *text)
{
	struct uuid_hit hit;

	if (scan(text, 0, &hit))
		fail_msg("%s: at %zu", text, hit.at);
}

static void test_plain(void **state)
{
	(void)state;
	hit_at(A, 0, 0, 36, false);
	hit_at("VHD-" A, 0, 4, 36, false);
	hit_at("VHD-" A, 4, 4, 36, false);
	hit_at(A ".cbtlog", 0, 0, 36, false);
	hit_at("clone_" A "_" A, 0, 6, 36, false);
	hit_at("clone_" A "_" A, 7, 43, 36, false);
	hit_at("-" A "-", 0, 1, 36, false);
	hit_at("--" A "--x", 0, 2, 36, false);
	hit_at("22222222-" A, 0, 9, 36, false);
	hit_at("22222222-BBBB-4222-8222-0123456789AB", 0, 0, 36, false);
}

static void test_mapper(void **state)
{
	(void)state;
	hit_at(AA, 0, 0, 40, false);
	hit_at("VG-VHD--" AA, 0, 8, 40, false);
	hit_at("VHD--" AA "--" AA, 6, 47, 40, false);
}

static void test_sr(void **state)
{
	(void)state;
	hit_at("VG_XenStorage-" A, 0, 14, 36, true);
	hit_at("VG_XenStorage--" AA, 0, 15, 40, true);
	hit_at("VG_XenStorage--" AA "-VHD--" AA, 0, 15, 40, true);
	hit_at("VG_XenStorage--" AA "-VHD--" AA, 16, 61, 40, false);
	hit_at("/dev/VG_XenStorage-" A "/VHD-" A, 0, 19, 36, true);
	hit_at("/dev/VG_XenStorage-" A "/VHD-" A, 20, 60, 36, false);
	hit_at("VG_XenStorag-" A, 0, 13, 36, false);
	hit_at("VG_XenStorage---" A, 0, 16, 36, false);
	hit_at("_XenStorage-" A, 0, 12, 36, false);
}

static void test_none(void **state)
{
	struct uuid_hit hit;

	(void)state;
	none("");
	none("-");
	none("x" A);
	none(A "0");
	none(A "g");
	none("9" A);
	none("Z" AA);
	none(AA "a");
	none("22222222-bbbb-4222-8222-0123456789a");
	none("2222222-bbbb-4222-8222-0123456789abc");
	none("22222222-bbbb-4222-8222_0123456789ab");
	none("g2222222-bbbb-4222-8222-0123456789ab");
	/* Dashes that are doubled here and there only. */
	none("22222222--bbbb-4222-8222-0123456789ab");
	none("22222222-bbbb-4222-8222--0123456789ab");
	none("22222222--bbbb--4222--8222-0123456789ab");
	none("22222222---bbbb--4222--8222--0123456789a");
	assert_false(scan(A, 1, &hit));
	assert_false(scan(A, 36, &hit));
	assert_false(scan(A, 100, &hit));
}

/* Every beginning of a name, and every byte of a uuid changed. */
static void test_exhaustive(void **state)
{
	static const char *const forms[] = { A, AA };

	(void)state;
	for (size_t f = 0; f < 2; f++) {
		size_t n = strlen(forms[f]);

		for (size_t len = 0; len < n; len++) {
			char *copy = malloc(len ? len : 1);
			struct uuid_hit hit;

			memcpy(copy, forms[f], len);
			assert_false(uuid_scan(copy, len, 0, &hit));
			free(copy);
		}
		for (size_t i = 0; i < n; i++) {
			char text[64];

			strcpy(text, forms[f]);
			text[i] = text[i] == '-' ? 'a' : '.';
			none(text);
		}
	}
}

static void replaced(const char *text, const char *want)
{
	struct uuid_hit hit = { 0 };
	char *copy = strdup(text);
	struct uuid new;

	assert_true(uuid_from_text(NEW, &new));
	for (size_t at = 0; uuid_scan(copy, strlen(copy), at, &hit);
	     at = hit.at + hit.len)
		uuid_scan_replace(copy, &hit, &new);
	assert_string_equal(copy, want);
	free(copy);
}

static void test_replace(void **state)
{
	(void)state;
	replaced("VHD-" A, "VHD-" NEW);
	replaced("a-" A "_" A "-b", "a-" NEW "_" NEW "-b");
	replaced("VG--" AA "-VHD--" AA "-", "VG--" NEWNEW "-VHD--" NEWNEW "-");
	replaced("x" A " " A, "x" A " " NEW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_mapper),
		cmocka_unit_test(test_sr),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_exhaustive),
		cmocka_unit_test(test_replace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
