// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a probe tells of a LUN, above all of one that a resign has left at any
 * of its writes: always that there is an SR, and never with a write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/probe.h"
#include "engine/resign_lun.h"
#include "tests/unit/fault_lun.h"
#include "tests/unit/sr_builder.h"

#define NEW_SR "99999999-1234-4999-8999-0123456789ab"

static int probe_image(uint8_t *bytes, struct probe *out, struct error *err)
{
	uint8_t *before = malloc(SR_SIZE);
	struct fault_lun lun;
	int failed;

	assert_non_null(before);
	memcpy(before, bytes, SR_SIZE);
	fault_lun_open(&lun, bytes, SR_SIZE, 512);
	memset(err, 0, sizeof(*err));
	failed = probe_lun(&lun.lun, out, err);
	assert_int_equal(lun.count[FAULT_WRITE], 0);
	assert_int_equal(lun.count[FAULT_FLUSH], 0);
	fault_lun_close(&lun);
	assert_memory_equal(before, bytes, SR_SIZE);
	free(before);
	return failed;
}

static void resign(uint8_t *bytes, unsigned fail_write, unsigned *writes)
{
	const struct journal_owner owner = { .scsi_id = "3600a" };
	struct plan_options options = { 0 };
	struct fault_lun lun;
	struct error err;

	assert_true(uuid_from_text(NEW_SR, &options.new_sr));
	fault_lun_open(&lun, bytes, SR_SIZE, 512);
	lun.op = FAULT_WRITE;
	lun.at = fail_write;
	lun.for_good = true;
	resign_lun(&lun.lun, &options, &owner, NULL, NULL, &err);
	fault_lun_close(&lun);
	*writes = lun.count[FAULT_WRITE];
}

static void expect_uuid(const struct probe *probe, const char *text)
{
	struct uuid uuid;

	assert_true(uuid_from_text(text, &uuid));
	assert_true(uuid_equal(&probe->sr, &uuid));
}

static void tells_of_an_sr(void **state)
{
	struct error err;
	struct probe p;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	assert_int_equal(probe_image(sr.bytes, &p, &err), 0);
	assert_true(p.has_sr);
	expect_uuid(&p, SR_UUID);
	assert_true(p.counted);
	assert_true(p.vdis > 0 && p.snapshots < p.vdis);
	assert_true(p.size > 0 && p.size < SR_SIZE);
	assert_int_equal(p.journal, JOURNAL_NONE);
	assert_int_equal(p.owner, OWNER_NOT_ASKED);
	sr_free(&sr);
}

/* Stopped before each of its writes in turn. The journal goes through its
 * states in order, and the VDIs are counted but between commit and end. */
static void tells_of_each_state_of_a_resign(void **state)
{
	enum journal_state last = JOURNAL_NONE;
	unsigned seen[JOURNAL_DAMAGED + 1] = { 0 };
	bool renamed = false;
	unsigned all, ignored;
	struct probe old, p;
	struct error err;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	assert_int_equal(probe_image(sr.bytes, &old, &err), 0);
	resign(sr.bytes, 0, &all);
	sr_free(&sr);
	for (unsigned n = 1; n <= all; n++) {
		sr_make(&sr, NULL);
		resign(sr.bytes, n, &ignored);
		if (probe_image(sr.bytes, &p, &err))
			fail_msg("before write %u of %u: %s", n, all, err.text);
		assert_true(p.has_sr);
		if (uuid_equal(&p.sr, &old.sr))
			assert_false(renamed);
		else
			expect_uuid(&p, NEW_SR);
		renamed = !uuid_equal(&p.sr, &old.sr);
		assert_true(p.size == old.size || p.size == SR_SIZE);
		assert_int_equal(p.counted, p.journal != JOURNAL_COMMITTED);
		if (p.counted) {
			assert_int_equal(p.size, old.size);
			assert_int_equal(p.vdis, old.vdis);
			assert_int_equal(p.snapshots, old.snapshots);
		}
		/* The last is the wiped one. */
		if (p.journal == JOURNAL_NONE)
			assert_true(n == 1 || renamed);
		else
			assert_true(p.journal >= last);
		last = p.journal;
		seen[p.journal]++;
		sr_free(&sr);
	}
	assert_true(renamed);
	assert_true(seen[JOURNAL_CLAIMED] > 0);
	assert_true(seen[JOURNAL_COMMITTED] > 0);
}

static void tells_of_a_damaged_journal(void **state)
{
	unsigned all, ignored;
	struct error err;
	struct probe p;
	uint8_t *head;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	resign(sr.bytes, 0, &all);
	sr_free(&sr);
	sr_make(&sr, NULL);
	/* the claim is there, the commit is not */
	resign(sr.bytes, all / 2, &ignored);
	head = memmem(sr.bytes, SR_SIZE, "RELVMJNL", 8);
	assert_non_null(head);
	head[24] ^= 1;
	assert_int_equal(probe_image(sr.bytes, &p, &err), 0);
	assert_int_equal(p.journal, JOURNAL_DAMAGED);
	assert_true(p.has_sr);
	sr_free(&sr);
}

static void tells_none_from_unreadable(void **state)
{
	struct error err;
	struct probe p;
	struct sr sr;
	uint8_t *name;

	(void)state;
	sr_make(&sr, NULL);
	memset(sr.bytes, 0, 4096);
	assert_int_equal(probe_image(sr.bytes, &p, &err), 0);
	assert_false(p.has_sr);
	sr_free(&sr);

	/* a label whose checksum is wrong */
	sr_make(&sr, NULL);
	sr.bytes[40] ^= 1;
	assert_int_equal(probe_image(sr.bytes, &p, &err), -1);
	assert_int_equal(err.code, ERROR_LUN_CONTENT);
	sr_free(&sr);

	/* VG text whose checksum is wrong, but that is an SR's; and another's
	 */
	sr_make(&sr, NULL);
	name = sr.bytes + SR_MDA_AT + 512;
	assert_memory_equal(name, SR_VG_NAME, sizeof(SR_VG_NAME) - 1);
	name[60] ^= 1;
	assert_int_equal(probe_image(sr.bytes, &p, &err), -1);
	assert_int_equal(err.code, ERROR_LUN_CONTENT);
	memcpy(name, "VG_OfSomebody", 13);
	assert_int_equal(probe_image(sr.bytes, &p, &err), 0);
	assert_false(p.has_sr);
	sr_free(&sr);
}

static void passes_on_failed_reads(void **state)
{
	struct fault_lun lun;
	struct error err;
	struct probe p;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	for (unsigned n = 1; n < 100; n++) {
		int failed;

		fault_lun_open(&lun, sr.bytes, SR_SIZE, 512);
		lun.op = FAULT_READ;
		lun.at = n;
		failed = probe_lun(&lun.lun, &p, &err);
		if (lun.count[FAULT_READ] < n)
			n = 100;
		else
			assert_int_equal(failed, -1);
		if (failed)
			assert_int_equal(err.code, ERROR_IO);
		fault_lun_close(&lun);
	}
	sr_free(&sr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_an_sr),
		cmocka_unit_test(tells_of_each_state_of_a_resign),
		cmocka_unit_test(tells_of_a_damaged_journal),
		cmocka_unit_test(tells_none_from_unreadable),
		cmocka_unit_test(passes_on_failed_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
