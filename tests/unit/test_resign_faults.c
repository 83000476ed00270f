// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Every read, write and flush of a resign fails once, and for good; then the
 * next run, on a LUN that works, ends in one whole result.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/resign_lun.h"
#include "format/resign_journal.h"
#include "tests/unit/fault_lun.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

#define NEW_SR	  "99999999-1234-4999-8999-0123456789ab"
#define NEWER_SR  "88888888-1234-4999-8999-0123456789ab"
#define NEWEST_SR "77777777-1234-4999-8999-0123456789ab"

static const struct journal_owner owner = { .scsi_id = "3600a" };

static int resign(struct fault_lun *lun, const char *new_sr, struct error *err)
{
	struct plan_options options = { 0 };

	assert_true(uuid_from_text(new_sr, &options.new_sr));
	memset(err, 0, sizeof(*err));
	return resign_lun(&lun->lun, &options, &owner, NULL, NULL, err);
}

static bool has_sr(uint8_t *bytes, uint32_t block_size, const char *uuid)
{
	struct fault_lun lun;
	struct snapshot snap;
	struct error err;
	struct uuid sr;
	bool same;

	fault_lun_open(&lun, bytes, SR_SIZE, block_size);
	if (load_snapshot(&lun.lun, NULL, &snap, &err))
		fail_msg("%s", err.text);
	assert_true(uuid_from_text(uuid, &sr));
	same = uuid_equal(&snap.vg.sr, &sr);
	snapshot_free(&snap);
	fault_lun_close(&lun);
	return same;
}

/* All but free space of the ring and the place of the journal's head. */
static bool is_unchanged(const uint8_t *bytes, const struct sr *sr)
{
	const size_t text_end = SR_MDA_AT + 512 + sr->text_size;

	return memcmp(bytes, sr->bytes, JOURNAL_PLACE_AT) == 0 &&
	       memcmp(bytes + JOURNAL_PLACE_END, sr->bytes + JOURNAL_PLACE_END,
		      text_end - JOURNAL_PLACE_END) == 0 &&
	       memcmp(bytes + SR_PE_START, sr->bytes + SR_PE_START,
		      SR_MDA2_AT - SR_PE_START) == 0;
}

static void check_failure(const struct error *err, uint8_t *bytes,
			  const struct sr *sr)
{
	assert_int_equal(err->code, ERROR_IO);
	assert_non_null(strstr(err->text, FAULT_WORDS));
	if (strstr(err->text, "is unchanged"))
		assert_true(is_unchanged(bytes, sr));
	else if (!strstr(err->text, "resign it again"))
		assert_string_equal(err->text, FAULT_WORDS);
}

/* False if the run had no such operation. */
static bool fail_one(const struct sr *sr, uint32_t block_size, enum fault_op op,
		     unsigned at, bool for_good)
{
	uint8_t *bytes = malloc(SR_SIZE);
	struct fault_lun lun;
	struct error err;
	int failed;

	memcpy(bytes, sr->bytes, SR_SIZE);
	fault_lun_open(&lun, bytes, SR_SIZE, block_size);
	lun.op = op;
	lun.at = at;
	lun.for_good = for_good;
	failed = resign(&lun, NEW_SR, &err);
	fault_lun_close(&lun);
	if (!lun.broken) {
		assert_int_equal(failed, 0);
		free(bytes);
		return false;
	}
	if (failed)
		check_failure(&err, bytes, sr);
	/* What fails once leaves no claim, not even if it is the claim itself,
	 * which is made before it is read back. */
	if (failed && !for_good && strstr(err.text, "is unchanged"))
		assert_null(memmem(bytes, SR_SIZE, "RELVMJNL", 8));

	/* What was not committed takes the new run's uuid; what was, is
	 * completed with its own. */
	fault_lun_open(&lun, bytes, SR_SIZE, block_size);
	if (resign(&lun, NEWER_SR, &err))
		fail_msg("after %s %u: %s",
			 op == FAULT_READ    ? "read"
			 : op == FAULT_WRITE ? "write"
					     : "flush",
			 at, err.text);
	fault_lun_close(&lun);
	if (!has_sr(bytes, block_size, NEWER_SR))
		assert_true(has_sr(bytes, block_size, NEW_SR));
	assert_null(memmem(bytes, SR_SIZE, "RELVMJNL", 8));
	free(bytes);
	return true;
}

static void fail_all(const struct sr_options *options, uint32_t block_size)
{
	static const unsigned least[FAULT_OPS] = {
		[FAULT_READ] = 8,
		[FAULT_WRITE] = 6,
		[FAULT_FLUSH] = 5,
	};
	struct sr sr;

	sr_make(&sr, options);
	for (unsigned op = 0; op < FAULT_OPS; op++) {
		for (unsigned good = 0; good < 2; good++) {
			unsigned at = 1;

			while (fail_one(&sr, block_size, (enum fault_op)op, at,
					good))
				at++;
			assert_in_range(at, least[op], 100);
		}
	}
	sr_free(&sr);
}

static void test_ordinary(void **state)
{
	(void)state;
	fail_all(NULL, 512);
	fail_all(NULL, 4096);
}

static void test_text_in_place(void **state)
{
	const struct sr_options options = { .text_pad = 30000 };

	(void)state;
	fail_all(&options, 512);
}

static void test_two_areas(void **state)
{
	const struct sr_options options = { .mda_count = 2 };

	(void)state;
	fail_all(&options, 512);
}

/* A run that fails before its commit gives its claim back. The first flush is
 * the claim's own, the second comes before the commit. */
static void test_unclaim(void **state)
{
	struct fault_lun lun;
	struct error err;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	fault_lun_open(&lun, sr.bytes, SR_SIZE, 512);
	lun.op = FAULT_FLUSH; /* of what goes before the commit */
	lun.at = 1;
	assert_int_equal(resign(&lun, NEW_SR, &err), -1);
	assert_non_null(strstr(err.text, "is unchanged"));
	assert_null(memmem(sr.bytes, SR_SIZE, "RELVMJNL", 8));
	fault_lun_close(&lun);
	sr_free(&sr);
}

/* The result of an interrupted resign is interrupted again and again. */
static void test_recovery_fails_too(void **state)
{
	static const char *const uuids[] = { NEW_SR, NEWER_SR, NEWEST_SR };
	uint8_t *bytes = malloc(SR_SIZE);
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	for (unsigned first = 1; first < 12; first++) {
		for (unsigned second = 1; second < 12; second++) {
			struct fault_lun lun;
			struct error err;

			memcpy(bytes, sr.bytes, SR_SIZE);
			for (unsigned run = 0; run < 3; run++) {
				fault_lun_open(&lun, bytes, SR_SIZE, 512);
				lun.op = FAULT_WRITE;
				lun.at = run == 0   ? first
					 : run == 1 ? second
						    : 0;
				lun.for_good = true;
				if (resign(&lun, uuids[run], &err) &&
				    !lun.broken)
					fail_msg("%u, %u, %u: %s", first,
						 second, run, err.text);
				fault_lun_close(&lun);
				if (!lun.broken)
					break;
			}
			assert_true(has_sr(bytes, 512, NEW_SR) ||
				    has_sr(bytes, 512, NEWER_SR) ||
				    has_sr(bytes, 512, NEWEST_SR));
			assert_null(memmem(bytes, SR_SIZE, "RELVMJNL", 8));
		}
	}
	free(bytes);
	sr_free(&sr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary),
		cmocka_unit_test(test_text_in_place),
		cmocka_unit_test(test_two_areas),
		cmocka_unit_test(test_unclaim),
		cmocka_unit_test(test_recovery_fails_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
