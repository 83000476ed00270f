// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Signs of life are looked for wherever the extents lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/life.h"
#include "tests/unit/lun_memory.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

/* Extents that begin 512 bytes behind a block of 4096. */
static void test_odd_extents(void **state)
{
	struct snapshot snap;
	struct error err;
	struct lun *lun;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	memmove(sr.bytes + SR_AT(0) + 512, sr.bytes + SR_AT(0),
		SR_EXTENTS * SR_EXTENT);
	memcpy(strstr(sr.text, "pe_start = 128"), "pe_start = 129", 14);
	sr_set_text(&sr, sr.text);
	assert_int_equal(lun_memory_open(sr.bytes, SR_SIZE, 4096, &lun, &err),
			 0);
	if (load_snapshot(lun, NULL, &snap, &err) ||
	    life_check(lun, &snap.vg, &err))
		fail_msg("%s", err.text);
	snapshot_free(&snap);
	lun_close(lun);
	sr_free(&sr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_odd_extents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
