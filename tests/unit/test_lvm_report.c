// SPDX-License-Identifier: LGPL-2.1-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/lvm_judge.h"

#define PV	"PvPvPv-0123-4567-89ab-cdef-ghij-klmnop"
#define VG	"VgVgVg-0123-4567-89ab-cdef-ghij-klmnop"
#define LV1	"LvLv1a-0123-4567-89ab-cdef-ghij-klmnop"
#define LV2	"LvLv2b-0123-4567-89ab-cdef-ghij-klmnop"
#define SR	"11111111-aaaa-4111-8111-0123456789ab"
#define VG_NAME VG_NAME_PREFIX SR

static struct lvm_lv lvs[] = { { .name = "MGT" }, { .name = "VHD-a" } };
static struct lvm_vg want = { .lvs = lvs, .lv_count = 2 };

static int make_want(void **state)
{
	(void)state;
	return lvm_id_from_text(PV, &want.pv_id) &&
			       lvm_id_from_text(VG, &want.id) &&
			       lvm_id_from_text(LV1, &lvs[0].id) &&
			       lvm_id_from_text(LV2, &lvs[1].id) &&
			       uuid_from_text(SR, &want.sr)
		       ? 0
		       : -1;
}

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
	assert_string_equal(said("  " PV "|" VG "|" VG_NAME "|" LV1 "|MGT\n"
				 "  " PV "|" VG "|" VG_NAME "|" LV2 "|VHD-a\n"
				 "  " PV "|" VG "|" VG_NAME "||\n"
				 "  " PV "|" VG "|" VG_NAME "|" LV2 "|VHD-a\n"),
			    "accepted");
}

static void test_other_ids(void **state)
{
	(void)state;
	assert_string_equal(said("  px|" VG "|" VG_NAME "||\n"),
			    "LVM sees the PV id \"px\" on the LUN, planned was "
			    "\"" PV "\"");
	assert_string_equal(said("  " PV "|vx|" VG_NAME "||\n"),
			    "LVM sees the VG id \"vx\" on the LUN, planned was "
			    "\"" VG "\"");
	assert_string_equal(said("  " PV "|" VG "|VG_old|" LV1 "|MGT\n"),
			    "LVM sees the VG \"VG_old\" on the LUN, planned "
			    "was \"" VG_NAME "\"");
	assert_string_equal(said("  " PV "||||\n"),
			    "LVM sees the VG \"\" on the LUN, planned was "
			    "\"" VG_NAME "\"");
	assert_string_equal(said("  " PV "|" VG "|" VG_NAME "|" LV2 "|MGT\n"),
			    "LVM sees the id " LV2 " for the logical volume "
			    "MGT, planned was " LV1);
}

static void test_other_volumes(void **state)
{
	(void)state;
	assert_string_equal(said("  " PV "|" VG "|" VG_NAME "|" LV1 "|MGT\n"),
			    "LVM does not see the logical volume VHD-a on the "
			    "LUN");
	assert_string_equal(said("  " PV "|" VG "|" VG_NAME "|lv-9|VHD-9\n"),
			    "LVM sees a logical volume VHD-9, which was not "
			    "planned");
}

static void test_not_a_report(void **state)
{
	(void)state;
	assert_string_equal(said(""), "LVM sees no PV on the LUN");
	assert_string_equal(said("  " PV "|" VG "|" VG_NAME "|" LV1 "\n"),
			    "LVM's report cannot be read: a line of it "
			    "has not 5 columns");
	assert_string_equal(
		said("  " PV "|" VG "|" VG_NAME "|" LV1 "|MGT|more\n"),
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

	return cmocka_run_group_tests(tests, make_want, NULL);
}
