// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What comes when it is too late: another host and LVM at work while this run,
 * which nothing fences, is held up at its end; a conflict, or a LUN that takes no
 * writes any more, after the commit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/resign_lun.h"
#include "format/lvm_mda.h"
#include "format/resign_journal.h"
#include "tests/unit/fault_lun.h"
#include "tests/unit/lun_memory.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

#define NEW_SR "99999999-1234-4999-8999-0123456789ab"

static const struct journal_owner owner = { .scsi_id = "3600a" };

static int set_up(void **state)
{
	struct sr *sr = calloc(1, sizeof(*sr));

	assert_non_null(sr);
	sr_make(sr, NULL);
	*state = sr;
	return 0;
}

static int tear_down(void **state)
{
	sr_free(*state);
	free(*state);
	return 0;
}

static int resign(struct lun *lun, const struct txn_hooks *hooks,
		  struct error *err)
{
	struct plan_options options = { 0 };

	assert_true(uuid_from_text(NEW_SR, &options.new_sr));
	return resign_lun(lun, &options, &owner, hooks, NULL, err);
}

static void expect_sound(struct sr *sr)
{
	struct snapshot now;
	struct error err;
	struct lun *lun;

	assert_int_equal(lun_memory_open(sr->bytes, SR_SIZE, 512, &lun, &err),
			 0);
	assert_int_equal(load_snapshot(lun, NULL, &now, &err), 0);
	snapshot_free(&now);
	lun_close(lun);
}

/* LVM's judge takes so long that another host finishes this resign, and LVM
 * works with the SR: its next text begins where the journal's body was. */
static int take_long(void *context, const struct snapshot *now,
		     struct error *err)
{
	const struct lvm_mda *mda = &now->mdas[now->newest_mda];
	struct lvm_raw_locn text = mda->text;
	struct sr *sr = context;
	struct lun *lun;

	assert_int_equal(lun_memory_open(sr->bytes, SR_SIZE, 512, &lun, err),
			 0);
	assert_int_equal(resign_lun(lun, NULL, &owner, NULL, NULL, err), 0);
	lun_close(lun);
	text.offset += (text.size + 511) / 512 * 512;
	memcpy(sr->bytes + mda->area.offset + text.offset, now->text,
	       text.size);
	lvm_mda_set_text(&text, sr->bytes + mda->area.offset);
	expect_sound(sr);
	return 0;
}

static void test_slow_judge(void **state)
{
	const struct txn_hooks hooks = { .accept = take_long,
					 .context = *state };
	struct sr *sr = *state;
	struct error err;
	struct lun *lun;

	assert_int_equal(lun_memory_open(sr->bytes, SR_SIZE, 512, &lun, &err),
			 0);
	assert_int_equal(resign(lun, &hooks, &err), -1);
	assert_int_equal(err.code, ERROR_LOCKED);
	lun_close(lun);
	expect_sound(sr);
}

/* Before one read, another host resigns the LUN. */
static struct {
	const struct lun_ops *below;
	uint8_t *bytes;
	unsigned reads, at;
	bool came;
} other;

static int interrupted_read(struct lun *lun, const struct lun_io *ios, size_t n,
			    struct error *err)
{
	struct plan_options options = { 0 };
	struct lun *its;

	if (++other.reads == other.at) {
		assert_int_equal(
			lun_memory_open(other.bytes, SR_SIZE, 512, &its, err),
			0);
		assert_int_equal(
			resign_lun(its, &options, &owner, NULL, NULL, err), 0);
		lun_close(its);
		other.came = true;
	}
	return other.below->read(lun, ios, n, err);
}

/* How often a resign of this SR, which another host interrupts before each of its
 * reads in turn, is refused: what was read then is of both, and no word about it
 * would be true. */
static unsigned interrupt(struct sr *sr, const struct sr_options *options)
{
	unsigned late = 0;

	for (other.at = 1, other.came = true; other.came; other.at++) {
		struct lun_ops ops;
		struct error err;
		struct lun *lun;

		sr_free(sr);
		sr_make(sr, options);
		assert_int_equal(
			lun_memory_open(sr->bytes, SR_SIZE, 512, &lun, &err),
			0);
		other.below = lun->ops;
		other.bytes = sr->bytes;
		other.reads = 0;
		other.came = false;
		ops = *lun->ops;
		ops.read = interrupted_read;
		lun->ops = &ops;
		if (resign(lun, NULL, &err)) {
			assert_int_equal(err.code, ERROR_LOCKED);
			assert_null(strstr(err.text, "new clone"));
			late++;
		}
		lun->ops = other.below;
		lun_close(lun);
		expect_sound(sr);
	}
	return late;
}

/* The second SR's text is read after its label, and can be another VG's. */
static void test_between_two_reads(void **state)
{
	const struct sr_options far = { .mda_count = 2, .first_ignored = true };

	assert_true(interrupt(*state, NULL) > 3);
	assert_true(interrupt(*state, &far) > 3);
}

/* A LUN whose writes fail in a way of their own, from one on. */
static struct {
	const struct lun_ops *below;
	unsigned writes, fail_from; /* from 1; 0: none */
	enum error_code code;
} failing;

static int failing_write(struct lun *lun, const struct lun_io *ios, size_t n,
			 struct error *err)
{
	if (++failing.writes >= failing.fail_from && failing.fail_from)
		return error_set(err, failing.code, "this LUN says no");
	return failing.below->write(lun, ios, n, err);
}

/* Returns how many writes it tried. */
static unsigned resign_failing(struct sr *sr, unsigned from,
			       enum error_code code, struct error *err)
{
	struct fault_lun lun;
	struct lun_ops ops;
	int failed;

	fault_lun_open(&lun, sr->bytes, SR_SIZE, 512);
	failing.below = lun.lun.ops;
	failing.writes = 0;
	failing.fail_from = from;
	failing.code = code;
	ops = *failing.below;
	ops.write = failing_write;
	lun.lun.ops = &ops;
	failed = resign(&lun.lun, NULL, err);
	lun.lun.ops = failing.below;
	fault_lun_close(&lun);
	assert_int_equal(failed, from ? -1 : 0);
	return failing.writes;
}

/* A write that is held up, and comes when the head is gone, must not bring it back:
 * claim, commit and clear are all that write to its place. */
static void count_head(struct fault_lun *lun, const struct lun_io *io)
{
	unsigned *writes = lun->arg;

	if (io->offset < JOURNAL_PLACE_AT + JOURNAL_HEAD_SIZE &&
	    io->offset + io->len > JOURNAL_PLACE_AT)
		(*writes)++;
}

static int counted_write(struct lun *lun, const struct lun_io *ios, size_t n,
			 struct error *err)
{
	for (size_t i = 0; i < n; i++)
		count_head((struct fault_lun *)lun, &ios[i]);
	return failing.below->write(lun, ios, n, err);
}

static void test_head_left_alone(void **state)
{
	struct sr *sr = *state;
	struct fault_lun lun;
	struct lun_ops ops;
	struct error err;
	unsigned writes = 0;

	fault_lun_open(&lun, sr->bytes, SR_SIZE, 512);
	failing.below = lun.lun.ops;
	ops = *failing.below;
	ops.write = counted_write;
	lun.lun.ops = &ops;
	lun.arg = &writes;
	assert_int_equal(resign(&lun.lun, NULL, &err), 0);
	lun.lun.ops = failing.below;
	fault_lun_close(&lun);
	assert_int_equal(writes, 3);
}

static void test_after_commit(void **state)
{
	const enum error_code codes[] = { ERROR_RESERVED, ERROR_LUN_CONTENT,
					  ERROR_NO_PATH, ERROR_IO };
	struct sr *sr = *state;
	struct error err;
	unsigned writes = resign_failing(sr, 0, ERROR_NONE, &err);

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		sr_free(sr);
		sr_make(sr, NULL);
		/* The first after the commit's: data, switch, body, head. */
		resign_failing(sr, writes - 3, codes[i], &err);
		assert_non_null(strstr(err.text, "is committed but not"));
		/* Or somebody would wait and try it as if it were new. */
		assert_int_not_equal(err.code, ERROR_RESERVED);
		resign_failing(sr, 1, codes[i], &err);
		assert_non_null(strstr(err.text, "is committed but not"));
		assert_null(strstr(err.text, "unchanged"));
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_slow_judge),
		TEST(test_between_two_reads),
		TEST(test_head_left_alone),
		TEST(test_after_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
