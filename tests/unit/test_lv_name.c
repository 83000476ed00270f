// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What SM's names say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/lv_name.h"
#include "tests/unit/sr_builder.h"

static void test_kinds(void **state)
{
	static const struct {
		const char *name;
		enum lv_kind kind, tagged;
	} cases[] = {
		{ "MGT", LV_MGT, LV_MGT },
		{ "MGT2", LV_FOREIGN, LV_JOURNAL },
		{ "mgt", LV_FOREIGN, LV_JOURNAL },
		{ "VHD-" BASE_UUID, LV_VHD, LV_VHD },
		{ "VHD-OLD_" BASE_UUID, LV_VHD, LV_VHD },
		{ "QCOW2-" BASE_UUID, LV_QCOW2, LV_QCOW2 },
		{ "QCOW2-OLD_" BASE_UUID, LV_QCOW2, LV_QCOW2 },
		{ "QCOW-" BASE_UUID, LV_FOREIGN, LV_JOURNAL },
		{ SR_UUID "_trim_lv", LV_TRIM, LV_TRIM },
		{ BASE_UUID "_trim_lv", LV_FOREIGN, LV_JOURNAL },
		{ SR_UUID "_trim_lv2", LV_FOREIGN, LV_JOURNAL },
		{ "VHD", LV_FOREIGN, LV_JOURNAL },
		{ "LV-" RAW_UUID, LV_RAW, LV_RAW },
		{ BASE_UUID ".cbtlog", LV_CBTLOG, LV_CBTLOG },
		{ BASE_UUID ".cbtlog2", LV_FOREIGN, LV_JOURNAL },
		{ BASE_UUID, LV_FOREIGN, LV_JOURNAL },
		{ "x" BASE_UUID ".cbtlog", LV_FOREIGN, LV_JOURNAL },
		{ ".cbtlog", LV_FOREIGN, LV_JOURNAL },
		{ "g2222222-bbbb-4222-8222-0123456789ab.cbtlog", LV_FOREIGN,
		  LV_JOURNAL },
		{ "jvhd_" BASE_UUID, LV_JVHD, LV_JVHD },
		{ "clone_" BASE_UUID "_" CHILD_UUID, LV_JOURNAL, LV_JOURNAL },
		{ "leaf_" BASE_UUID "_1", LV_JOURNAL, LV_JOURNAL },
		{ "inflate_" BASE_UUID "_1", LV_JOURNAL, LV_JOURNAL },
		{ "relink_" BASE_UUID "_1", LV_JOURNAL, LV_JOURNAL },
		{ "coalesce_" BASE_UUID "_1", LV_JOURNAL, LV_JOURNAL },
		{ "zero_" BASE_UUID "_1", LV_JOURNAL, LV_JOURNAL },
		{ "multiattach_" BASE_UUID "_1", LV_JOURNAL, LV_JOURNAL },
		{ "newtype_" BASE_UUID "_1", LV_FOREIGN, LV_JOURNAL },
		{ "hb-" HOST_UUID, LV_FOREIGN, LV_JOURNAL },
		{ "", LV_FOREIGN, LV_JOURNAL },
	};

	struct uuid sr;

	(void)state;
	assert_true(uuid_from_text(SR_UUID, &sr));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		/* Of just its size, so that ASan sees a look behind it. */
		char *name = strdup(cases[i].name);

		if (lv_name_kind(name, false, &sr) != cases[i].kind ||
		    lv_name_kind(name, true, &sr) != cases[i].tagged)
			fail_msg("%s", name);
		free(name);
	}
}

/* SM writes <type>_<vdi>_<value>, but for two types and long values. */
static void test_values(void **state)
{
	(void)state;
	assert_true(lv_name_value_is_inside("clone_" BASE_UUID "_1"));
	assert_true(lv_name_value_is_inside("leaf_" BASE_UUID "_1"));
	assert_true(lv_name_value_is_inside("relink_" BASE_UUID));
	assert_true(lv_name_value_is_inside("x"));
	assert_false(lv_name_value_is_inside("relink_" BASE_UUID "_1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
