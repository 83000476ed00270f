// SPDX-License-Identifier: LGPL-2.1-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/lvm_judge.h"

static const struct lvm_expected_lv lvs[] = {
	{ "lv-one", "MGT" },
	{ "lv-two", "VHD-a" },
};
static const struct lvm_expectation want = { "pv", "vg", "VG_XenStorage-x", lvs,
					     2 };

/* What lvm_report_check says of a report. */
static const char *said(const char *report)
{
	static struct error err;
	char text[1024];

	snprintf(text, sizeof(text), "%s", report);
	if (!lvm_report_check(text, &want, &err))
		return "accepted";
	assert_int_equal(err.code, ERROR_INTERNAL);
	return err.text;
}

static void test_accepts(void **state)
{
	(void)state;
	assert_string_equal(said("  pv|vg|VG_XenStorage-x|lv-one|MGT\n"
				 "  pv|vg|VG_XenStorage-x|lv-two|VHD-a\n"
				 "  pv|vg|VG_XenStorage-x||\n"
				 "  pv|vg|VG_XenStorage-x|lv-two|VHD-a\n"),
			    "accepted");
}

static void test_other_ids(void **state)
{
	(void)state;
	assert_string_equal(said("  px|vg|VG_XenStorage-x||\n"),
			    "LVM sees the PV id \"px\" on the LUN, planned was "
			    "\"pv\"");
	assert_string_equal(said("  pv|vx|VG_XenStorage-x||\n"),
			    "LVM sees the VG id \"vx\" on the LUN, planned was "
			    "\"vg\"");
	assert_string_equal(said("  pv|vg|VG_old|lv-one|MGT\n"),
			    "LVM sees the VG \"VG_old\" on the LUN, planned "
			    "was \"VG_XenStorage-x\"");
	assert_string_equal(said("  pv||||\n"),
			    "LVM sees the VG \"\" on the LUN, planned was "
			    "\"VG_XenStorage-x\"");
	assert_string_equal(said("  pv|vg|VG_XenStorage-x|lv-two|MGT\n"),
			    "LVM sees the id lv-two for the logical volume "
			    "MGT, planned was lv-one");
}

static void test_other_volumes(void **state)
{
	(void)state;
	assert_string_equal(said("  pv|vg|VG_XenStorage-x|lv-one|MGT\n"),
			    "LVM does not see the logical volume VHD-a on the "
			    "LUN");
	assert_string_equal(said("  pv|vg|VG_XenStorage-x|lv-9|VHD-9\n"),
			    "LVM sees a logical volume VHD-9, which was not "
			    "planned");
}

static void test_not_a_report(void **state)
{
	(void)state;
	assert_string_equal(said(""), "LVM sees no PV on the LUN");
	assert_string_equal(said("  pv|vg|VG_XenStorage-x|lv-one\n"),
			    "LVM's report cannot be read: a line of it "
			    "has not 5 columns");
	assert_string_equal(said("  pv|vg|VG_XenStorage-x|lv-one|MGT|more\n"),
			    "LVM's report cannot be read: a line of it "
			    "has not 5 columns");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_other_ids),
		cmocka_unit_test(test_other_volumes),
		cmocka_unit_test(test_not_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
