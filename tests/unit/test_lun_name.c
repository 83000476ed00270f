// SPDX-License-Identifier: LGPL-2.1-only
/*
 * How users name LUNs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/lun_name.h"

static void good(const char *text, const char *user, const char *host,
		 unsigned port, const char *iqn, const char *lun)
{
	struct lun_choice name;
	struct error err;
	char number[16];

	if (lun_name_parse(text, &name, &err))
		fail_msg("%s: %s", text, err.text);
	assert_null(name.path);
	assert_string_equal(name.name, text);
	assert_int_equal(name.target.portal_count, 1);
	assert_string_equal(name.target.portals[0].host, host);
	assert_int_equal(name.target.portals[0].port, port);
	if (iqn)
		assert_string_equal(name.target.iqn, iqn);
	else
		assert_null(name.target.iqn);
	if (user)
		assert_string_equal(name.target.chap_user, user);
	else
		assert_null(name.target.chap_user);
	assert_int_equal(lun_name_has_lun(&name), lun != NULL);
	if (lun && name.lun.scsi_id) {
		assert_string_equal(name.lun.scsi_id, lun);
	} else if (lun) {
		snprintf(number, sizeof(number), "%u", name.lun.number);
		assert_string_equal(number, lun);
	}
	lun_name_free(&name);
}

static void bad(const char *text, const char *why)
{
	struct lun_choice name;
	struct error err;

	assert_int_equal(lun_name_parse(text, &name, &err), -1);
	if (!strstr(err.text, why))
		fail_msg("%s: %s", text, err.text);
}

/* Linux counts the method of flat addressing in. */
static void test_linux_number(void **state)
{
	struct lun_choice name;
	struct error err;

	(void)state;
	assert_int_equal(lun_name_parse("iscsi://h/iqn.x/16684", &name, &err),
			 0);
	assert_int_equal(name.lun.number, 300);
	lun_name_free(&name);
}

static void test_good(void **state)
{
	(void)state;
	good("iscsi://h/iqn.x:y/1", NULL, "h", 3260, "iqn.x:y", "1");
	good("iscsi://h:3261/iqn.x:y/16383", NULL, "h", 3261, "iqn.x:y",
	     "16383");
	good("iscsi://u@10.0.0.1:1/iqn.x/0", "u", "10.0.0.1", 1, "iqn.x", "0");
	good("iscsi://a@b@h/iqn.x/0", "a@b", "h", 3260, "iqn.x", "0");
	good("iscsi://[fe80::1%eth0]:860/iqn.x/2", NULL, "fe80::1%eth0", 860,
	     "iqn.x", "2");
	good("iscsi://[::1]/iqn.x", NULL, "::1", 3260, "iqn.x", NULL);
	good("iscsi://h", NULL, "h", 3260, NULL, NULL);
	good("iscsi://u@[::1]:860/", "u", "::1", 860, NULL, NULL);
	good("iscsi://h/iqn.x/36c0ffee000000000000000000000000", NULL, "h",
	     3260, "iqn.x", "36c0ffee000000000000000000000000");
	good("iscsi://h/iqn.x/360000000000000000000000000000001", NULL, "h",
	     3260, "iqn.x", "360000000000000000000000000000001");
}

static void test_paths(void **state)
{
	static const char *const paths[] = { "/dev/sdb", "clone.img", "./a:b",
					     "iscsi:/x" };
	struct lun_choice name;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		assert_int_equal(lun_name_parse(paths[i], &name, &err), 0);
		assert_string_equal(name.path, paths[i]);
		assert_string_equal(name.name, paths[i]);
		lun_name_free(&name);
	}
}

static void test_bad(void **state)
{
	(void)state;
	bad("", "empty");
	bad("nvme://h/x/1", "only iscsi://");
	bad("iscsi:///iqn.x/1", "host is missing");
	bad("iscsi://h,i/iqn.x/1", "no host");
	bad("iscsi://h//1", "not an iSCSI name");
	bad("iscsi://h/iqn.x/", "neither");
	bad("iscsi://h/iqn.x/1/2", "neither");
	bad("iscsi://h/iqn.x/32768", "end at 16383");
	bad("iscsi://h:0/iqn.x/1", "port");
	bad("iscsi://h:/iqn.x/1", "port");
	bad("iscsi://fe80::1/iqn.x/1", "needs brackets");
	bad("iscsi://[fe80::1/iqn.x/1", "not closed");
	bad("iscsi://[fe80::1]x/iqn.x/1", "brackets stand");
	bad("iscsi://[nonsense]/iqn.x/1", "not a host name");
	bad("iscsi://@h/iqn.x/1", "user is empty");
}

/* A password that is given all the same is not repeated. */
static void test_password(void **state)
{
	static const char *const names[] = { "iscsi://u%hush@h/iqn.x/1",
					     "iscsi://u:hush@h/iqn.x/1" };
	struct lun_choice name;
	struct error err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(lun_name_parse(names[i], &name, &err), -1);
		assert_non_null(strstr(err.text, "does not belong"));
		assert_null(strstr(err.text, "hush"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_linux_number),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
