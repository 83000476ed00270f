// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The value of an SM journal that stands in its LV.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/lv_name.h"

static bool find(const char *text, size_t *at, size_t *len)
{
	uint8_t *sector = calloc(1, JOURNAL_VALUE_SECTOR);
	bool found;

	memcpy(sector, text, strlen(text));
	found = journal_value_find(sector, at, len);
	free(sector);
	return found;
}

static void is(const char *text, size_t at, size_t len)
{
	size_t a = 0, l = 0;

	if (!find(text, &a, &l) || a != at || l != len)
		fail_msg("%s: %zu at %zu", text, l, a);
}

static void none(const char *text)
{
	size_t at = 77, len = 77;

	if (find(text, &at, &len))
		fail_msg("%s: %zu at %zu", text, len, at);
	assert_int_equal(at, 77);
	assert_int_equal(len, 77);
}

static void test_values(void **state)
{
	(void)state;
	is("1 x", 2, 1);
	is("36 22222222-bbbb-4222-8222-0123456789ab", 3, 36);
	is("73 a_b", 3, 73);
	is("508 ", 4, 508);
	none("509 ");
	is("0001 ", 5, 1);
	is("0507 ", 5, 507);
	none("0508 ");
	none("9999 ");
	none("00001 x");
	none("");
	none(" 1 x");
	none("0 x");
	none("x");
	none("1x");
	none("36\t2222");
	none("-1 x");
	none("conectix");
	none(":6 x");
	none(" x");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_values) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
