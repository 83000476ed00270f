// SPDX-License-Identifier: LGPL-2.1-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/this_host.h"

static void test_boot_id(void **state)
{
	struct uuid first;
	struct uuid second;
	struct error err;

	(void)state;
	assert_int_equal(boot_id_read(&first, &err), 0);
	assert_int_equal(boot_id_read(&second, &err), 0);
	assert_false(uuid_is_zero(&first));
	assert_true(uuid_equal(&first, &second));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
