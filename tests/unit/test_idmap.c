// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Old identifiers and their new ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "plan/idmap.h"

static const struct uuid old_sr = { { 1 } }, new_sr = { { 2 } };

static struct uuid nth(uint32_t n)
{
	struct uuid uuid = { { 9 } };

	/* In no order at all. */
	put_be32(uuid.bytes + 4, n * 2654435761u);
	return uuid;
}

static void test_ten_thousand(void **state)
{
	enum { COUNT = 10000 };
	struct uuid *news = calloc(COUNT, sizeof(*news));
	struct idmap map;

	(void)state;
	idmap_init(&map, &old_sr, &new_sr, 3);
	for (uint32_t i = 0; i < COUNT; i++) {
		struct uuid old = nth(i), found;

		assert_false(idmap_find(&map, &old, &found));
		news[i] = idmap_renew(&map, &old);
		assert_false(uuid_equal(&old, &news[i]));
	}
	assert_int_equal(map.vdi_count, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		struct uuid old = nth(i), found, again;

		assert_true(idmap_find(&map, &old, &found));
		assert_true(uuid_equal(&found, &news[i]));
		again = idmap_renew(&map, &old);
		assert_true(uuid_equal(&again, &news[i]));
	}
	assert_int_equal(map.vdi_count, COUNT);
	for (size_t i = 1; i < COUNT; i++) {
		assert_true(uuid_compare_bytes(&map.vdis[i - 1].old,
					       &map.vdis[i].old) < 0);
		assert_false(
			uuid_equal(&map.vdis[i - 1].new, &map.vdis[i].new));
	}
	idmap_free(&map);
	free(news);
}

static void test_sr_and_zero(void **state)
{
	struct uuid zero = { { 0 } }, out, unknown = { { 8 } };
	struct idmap map;

	(void)state;
	idmap_init(&map, &old_sr, &new_sr, 0);
	out = idmap_renew(&map, &old_sr);
	assert_true(uuid_equal(&out, &new_sr));
	assert_true(idmap_find(&map, &old_sr, &out));
	out = idmap_renew(&map, &zero);
	assert_true(uuid_is_zero(&out));
	assert_int_equal(map.vdi_count, 0);
	out = unknown;
	assert_false(idmap_find(&map, &zero, &out));
	assert_false(idmap_find(&map, &new_sr, &out));
	assert_true(uuid_equal(&out, &unknown));
	idmap_free(&map);
	idmap_free(&map);
}

/* xapi's backup of the pool's metadata is looked for by this uuid alone. */
static void test_metadata(void **state)
{
	struct uuid old, new, made, out;
	struct idmap map;

	(void)state;
	assert_true(
		uuid_from_text("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", &old));
	assert_true(
		uuid_from_text("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb", &new));
	/* Python's uuid.uuid5 of the namespace and these texts */
	assert_true(
		uuid_from_text("3f9a16ea-d7a6-5c77-adb0-056c4e7892e1", &made));
	idmap_init(&map, &old, &new, 0);
	out = idmap_renew(&map, &made);
	assert_true(
		uuid_from_text("488dd4cd-1fcf-5e8e-b840-8328d3f2c0cd", &made));
	assert_true(uuid_equal(&out, &made));
	idmap_free(&map);
}

static void test_lvm_ids(void **state)
{
	struct idmap map;

	(void)state;
	idmap_init(&map, &old_sr, &new_sr, 500);
	assert_false(lvm_id_equal(&map.pv, &map.vg));
	for (unsigned i = 0; i < 500; i++) {
		struct lvm_id id;

		assert_true(lvm_id_from_chars(map.lvs[i].chars, &id));
		assert_false(lvm_id_equal(&id, &map.pv));
		assert_false(lvm_id_equal(&id, &map.vg));
		for (unsigned j = 0; j < i; j++)
			assert_false(lvm_id_equal(&id, &map.lvs[j]));
	}
	idmap_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ten_thousand),
		cmocka_unit_test(test_sr_and_zero),
		cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_lvm_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
