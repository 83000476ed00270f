// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What LUNs are called: base/scsi_id.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/scsi_id.h"

#define NAA6 "36001405aaaa000000000000000000001"

static const struct lun_names names = {
	.scsi_id = { NAA6 },
	.all = NAA6 "\0"
		    "20025385f12345678\0"
		    "1LIO-ORG_disk:0a-b\0"
		    "SLIO-ORG_disk_0a-b\0",
};

static void valid(void **state)
{
	char longest[SCSI_ID_SIZE + 1];

	(void)state;
	assert_true(scsi_id_valid(NAA6));
	assert_true(scsi_id_valid("SQEMU_HARD:1.2_(x)"));
	assert_false(scsi_id_valid(""));
	assert_false(scsi_id_valid("../x"));
	assert_false(scsi_id_valid("3/x"));
	assert_false(scsi_id_valid("3 x"));
	assert_false(scsi_id_valid("3\x7f"));
	memset(longest, '3', sizeof(longest));
	longest[SCSI_ID_SIZE] = '\0';
	assert_false(scsi_id_valid(longest));
	longest[SCSI_ID_SIZE - 1] = '\0';
	assert_true(scsi_id_valid(longest));
}

static void every_name_is_the_lun(void **state)
{
	const char *name = NULL;
	int n = 0;

	(void)state;
	while ((name = lun_names_next(&names, name))) {
		assert_true(lun_names_have(&names, name));
		n++;
	}
	assert_int_equal(n, 4);
	assert_true(
		lun_names_have(&names, "36001405AAAA000000000000000000001"));
	assert_false(
		lun_names_have(&names, "36001405aaaa00000000000000000000"));
	assert_false(lun_names_have(&names, ""));
	assert_string_equal(lun_names_best(&names), NAA6);
}

static void words_that_hold_a_name(void **state)
{
	static const char *const texts[] = {
		NAA6,
		"x, " NAA6 " ,y",
		"36001405AAAA000000000000000000001",
		"scsi-" NAA6 "-part1",
		"/dev/mapper/" NAA6,
		"/dev/disk/by-scsid/" NAA6 "/sdb",
		"/dev/disk/by-id/dm-uuid-mpath-" NAA6,
		"/dev/disk/by-id/wwn-0x6001405aaaa000000000000000000001",
		"naa.6001405AAAA000000000000000000001",
		"eui.0025385f12345678",
		"20025385F12345678",
		"1LIO-ORG_disk:0a-b",
		"1LIO-ORG   disk:0a-b",
		"scsi-1LIO-ORG_disk_0a-b",
		"/dev/disk/by-id/scsi-SLIO-ORG_disk_0a-b-part3",
	};
	static const char *const others[] = {
		"",
		"x",
		(NAA6 "0"),
		("0" NAA6),
		"36001405aaaa00000000000000000000",
		"6001405aaaa00000000000000000000",
		"1LIO-ORG_disk:0a",
		"LIO-ORG_disk:0a-b",
		"1LIO-ORG_disk:0a-bc",
		"1LIOORG_disk:0a-b",
		"target 10.0.0.1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!lun_names_in(&names, texts[i]))
			fail_msg("not seen in '%s'", texts[i]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (lun_names_in(&names, others[i]))
			fail_msg("seen in '%s'", others[i]);
	}
	assert_false(lun_names_in(&(struct lun_names){ .all = "" }, NAA6));
}

static void kinds_that_can_be_compared(void **state)
{
	struct lun_names only = { .all = "" };

	(void)state;
	assert_true(lun_names_can_tell(&names,
				       "36001405bbbb000000000000000000001"));
	assert_true(lun_names_can_tell(&names, "1IET_00010001"));
	assert_true(lun_names_can_tell(&names, "2ffffffffffffffff"));
	/* NAA 5 is another designator than NAA 6, and so is a longer EUI. */
	assert_false(lun_names_can_tell(&names, "35001405f12345678"));
	assert_false(lun_names_can_tell(&names, "2ffffffffffffffff00000000"));
	assert_false(lun_names_can_tell(&names, "0VENDOR_x"));
	assert_false(lun_names_can_tell(&names, ""));
	lun_names_set(&only, "1IET_00010001");
	assert_true(lun_names_can_tell(&only, "1x"));
	assert_false(lun_names_can_tell(&only, NAA6));
	assert_string_equal(only.scsi_id.text, "1IET_00010001");
	assert_null(lun_names_next(&only, lun_names_best(&only)));
}

static void one_lun_or_two(void **state)
{
	struct lun_names other = { .all = "" };

	(void)state;
	assert_true(lun_names_same(&names, &names));
	assert_false(lun_names_same(&names, &other));
	assert_false(lun_names_same(&other, &names));
	lun_names_set(&other, "20025385F12345678");
	assert_true(lun_names_same(&names, &other));
	assert_true(lun_names_same(&other, &names));
	/* A worse name that arrays give to several LUNs. */
	memcpy(other.all,
	       "36001405bbbb000000000000000000001\0"
	       "1LIO-ORG_disk:0a-b\0",
	       54);
	assert_false(lun_names_same(&names, &other));
	assert_false(lun_names_same(&other, &names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid),
		cmocka_unit_test(every_name_is_the_lun),
		cmocka_unit_test(words_that_hold_a_name),
		cmocka_unit_test(kinds_that_can_be_compared),
		cmocka_unit_test(one_lun_or_two),
	};

	return cmocka_run_group_tests_name("scsi_id", tests, NULL, NULL);
}
