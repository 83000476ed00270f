// SPDX-License-Identifier: LGPL-2.1-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/in_use.h"

static void says(const char *name, const char *uuid, const char *words)
{
	char out[64];

	dm_words(name, uuid, out, sizeof(out));
	assert_string_equal(out, words);
}

static void test_volume(void **state)
{
	(void)state;
	says("VG_XenStorage--f454--dfa2-MGT", "LVM-abc",
	     "logical volume VG_XenStorage-f454-dfa2/MGT");
	says("vg-VHD--1-real", "LVM-abc", "logical volume vg/VHD-1/real");
	says("v--", "LVM-abc", "logical volume v-");
}

static void test_others(void **state)
{
	(void)state;
	says("36000a", "mpath-36000a", "multipath map 36000a");
	says("36000a1", "part1-mpath-36000a",
	     "partition 36000a1 of a multipath map");
	says("part", "", "device-mapper device part");
}

static void test_cut(void **state)
{
	char out[20];

	(void)state;
	dm_words("a--very--long--name--of--a--vg-lv", "LVM-", out, sizeof(out));
	assert_string_equal(out, "logical volume a-ve");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_volume),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
