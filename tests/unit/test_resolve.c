// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What needs no name server; names are resolved in tests/pack/names.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "iscsi/resolve.h"

static void numbers_are_taken_as_they_are(void **state)
{
	static const char *const hosts[] = { "192.0.2.7", "2001:db8::7",
					     "fe80::7%lo" };
	struct iscsi_address *list = NULL;
	size_t count = 0;
	struct error err;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
			iscsi_resolve(hosts[i], 3261, &list, &count, &err), 0);
		assert_int_equal(count, i + 1);
		assert_string_equal(list[i].host, hosts[i]);
		assert_int_equal(list[i].port, 3261);
	}
	free(list);
}

static void one_address_stands_once(void **state)
{
	struct iscsi_address *list = NULL;
	size_t count = 0;
	struct error err;

	(void)state;
	assert_int_equal(
		iscsi_resolve("2001:db8::7", 3260, &list, &count, &err), 0);
	assert_int_equal(
		iscsi_resolve("2001:DB8:0:0::7", 3260, &list, &count, &err), 0);
	assert_int_equal(count, 1);
	/* At another port it is another portal. */
	assert_int_equal(
		iscsi_resolve("2001:db8::7", 3261, &list, &count, &err), 0);
	assert_int_equal(count, 2);
	free(list);
}

static void localhost_stands_in_a_file(void **state)
{
	struct iscsi_address *list = NULL;
	size_t count = 0;
	struct error err;

	(void)state;
	assert_int_equal(iscsi_resolve("localhost", 3260, &list, &count, &err),
			 0);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		struct iscsi_address v4 = { "127.0.0.1", 3260 };
		struct iscsi_address v6 = { "::1", 3260 };

		assert_true(iscsi_address_equal(&list[i], &v4) ||
			    iscsi_address_equal(&list[i], &v6));
	}
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_taken_as_they_are),
		cmocka_unit_test(one_address_stands_once),
		cmocka_unit_test(localhost_stands_in_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
