// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Every kind of journal that a run can meet, and what becomes of it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "base/stop.h"
#include "engine/resign_lun.h"
#include "format/resign_journal.h"
#include "tests/unit/fault_lun.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

#define NEW_SR	 "99999999-1234-4999-8999-0123456789ab"
#define NEWER_SR "88888888-1234-4999-8999-0123456789ab"

/* Bytes of MGT's first record: in the sector with its uuid, which a resign
 * changes, and in that with its label, which it does not. */
#define CHANGING (SR_AT(SR_MGT_1) + 2048 + 512 + 20)
#define BETWEEN	 (SR_AT(SR_MGT_1) + 2048 + 1024 + 20)

static const struct journal_owner same = { .scsi_id = "3600a" };
static const struct journal_owner clone = { .scsi_id = "3600b" };
static const struct journal_owner other_host = { .scsi_id = "3600a",
						 .boot = { { 1 } } };

struct run {
	struct sr sr;
	unsigned writes; /* of a whole resign */
};

static int resign(uint8_t *bytes, const char *new_sr,
		  const struct journal_owner *owner, unsigned fail_write,
		  unsigned *writes, struct error *err)
{
	struct plan_options options = { 0 };
	struct fault_lun lun;
	int failed;

	assert_true(uuid_from_text(new_sr, &options.new_sr));
	fault_lun_open(&lun, bytes, SR_SIZE, 512);
	lun.op = FAULT_WRITE;
	lun.at = fail_write;
	lun.for_good = true;
	memset(err, 0, sizeof(*err));
	failed = resign_lun(&lun.lun, &options, owner, NULL, NULL, err);
	fault_lun_close(&lun);
	if (writes)
		*writes = lun.count[FAULT_WRITE];
	return failed;
}

static int set_up(void **state)
{
	struct run *run = calloc(1, sizeof(*run));
	struct error err;

	sr_make(&run->sr, NULL);
	assert_int_equal(
		resign(run->sr.bytes, NEW_SR, &same, 0, &run->writes, &err), 0);
	sr_free(&run->sr);
	sr_make(&run->sr, NULL);
	*state = run;
	return 0;
}

static int tear_down(void **state)
{
	struct run *run = *state;

	sr_free(&run->sr);
	free(run);
	return 0;
}

/* A run that stops before its write `back` from the end: 1 before it wipes the
 * head, 2 before the body, 3 before the switch, 4 before the changes in place,
 * 5 before the commit. */
static void stop_before(struct run *run, unsigned back)
{
	struct error err;

	assert_int_equal(resign(run->sr.bytes, NEW_SR, &same,
				run->writes - back + 1, NULL, &err),
			 -1);
}

static void expect_sr(struct run *run, const char *uuid)
{
	struct fault_lun lun;
	struct snapshot snap;
	struct error err;
	struct uuid sr;

	fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
	assert_int_equal(load_snapshot(&lun.lun, NULL, &snap, &err), 0);
	assert_true(uuid_from_text(uuid, &sr));
	assert_true(uuid_equal(&snap.vg.sr, &sr));
	snapshot_free(&snap);
	fault_lun_close(&lun);
}

static uint8_t *find_head(struct run *run)
{
	uint8_t *head = memmem(run->sr.bytes, SR_SIZE, "RELVMJNL", 8);

	assert_ptr_equal(head, run->sr.bytes + JOURNAL_PLACE_AT);
	return head;
}

static void get_head(struct run *run, struct journal_head *head)
{
	journal_head_decode(find_head(run), head);
	assert_true(head->state == JOURNAL_CLAIMED ||
		    head->state == JOURNAL_COMMITTED);
}

static void expect_success(struct run *run, const struct journal_owner *owner,
			   const char *uuid)
{
	struct error err;

	if (resign(run->sr.bytes, NEWER_SR, owner, 0, NULL, &err))
		fail_msg("%s", err.text);
	assert_null(memmem(run->sr.bytes, SR_SIZE, "RELVMJNL", 8));
	expect_sr(run, uuid);
}

/* Refused with `words`, and not one byte has changed. */
static void expect_refusal(struct run *run, const struct journal_owner *owner,
			   enum error_code code, const char *words)
{
	uint8_t *before = malloc(SR_SIZE);
	struct error err;

	memcpy(before, run->sr.bytes, SR_SIZE);
	assert_int_equal(resign(run->sr.bytes, NEWER_SR, owner, 0, NULL, &err),
			 -1);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("'%s' is not in '%s'", words, err.text);
	assert_memory_equal(before, run->sr.bytes, SR_SIZE);
	free(before);
}

static void test_not_committed(void **state)
{
	struct run *run = *state;

	stop_before(run, 5);
	find_head(run);
	expect_sr(run, SR_UUID);
	expect_success(run, &same, NEWER_SR);
}

static void test_committed(void **state)
{
	struct run *run = *state;

	stop_before(run, 4);
	expect_sr(run, SR_UUID);
	expect_success(run, &same, NEW_SR);
}

/* Recovery keeps the order too: the switch is not written with the rest. */
static void test_recovery_order(void **state)
{
	struct run *run = *state;
	struct error err;

	stop_before(run, 4);
	assert_int_equal(resign(run->sr.bytes, NEWER_SR, &same, 2, NULL, &err),
			 -1);
	expect_sr(run, SR_UUID);
	expect_success(run, &same, NEW_SR);
}

static void test_half_applied(void **state)
{
	struct run *run = *state;

	stop_before(run, 3);
	expect_sr(run, SR_UUID);
	expect_success(run, &same, NEW_SR);
}

static void test_applied(void **state)
{
	struct run *run = *state;

	stop_before(run, 2);
	expect_sr(run, NEW_SR);
	expect_success(run, &same, NEW_SR);
}

/* The body is gone and the head is not: label and text tell that nothing is
 * left to do. */
static void test_body_wiped(void **state)
{
	struct run *run = *state;

	stop_before(run, 1);
	expect_sr(run, NEW_SR);
	expect_success(run, &same, NEW_SR);
}

static void test_clone_of_body_wiped(void **state)
{
	struct run *run = *state;

	stop_before(run, 1);
	expect_success(run, &clone, NEWER_SR);
}

/* A clone of the LUN at that moment must not get the same identifiers. */
static void test_clone_of_committed(void **state)
{
	stop_before(*state, 4);
	expect_success(*state, &clone, NEWER_SR);
}

static void test_clone_of_half_applied(void **state)
{
	stop_before(*state, 3);
	expect_success(*state, &clone, NEWER_SR);
}

/* Copies of a file, or of a LUN whose array gives all its clones one SCSIid. */
static void test_copies(void **state)
{
	const struct journal_owner elsewhere = { .scsi_id = "3600a",
						 .place = { { 7 } } };
	struct run *run = *state;
	struct journal_head head;

	stop_before(run, 4);
	get_head(run, &head);
	head.place.bytes[0] = 6;
	journal_head_encode(&head, run->sr.bytes + JOURNAL_PLACE_AT);
	expect_success(run, &elsewhere, NEWER_SR);
}

static bool is_of(const char *of_head, uint8_t head_place, const char *now,
		  uint8_t place)
{
	struct journal_head head = { .place = { { head_place } } };
	const struct journal_owner owner = { .scsi_id = now,
					     .place = { { place } } };

	strcpy(head.scsi_id, of_head);
	return journal_is_of_lun(&head, &owner);
}

/* A run by one way is completed by another, which may not know the LUN's name, or
 * where it is. */
static void test_whose_journal(void **state)
{
	static const char one[] = "36001405000000000000000000000000a",
			  other[] = "36001405000000000000000000000000b";

	(void)state;
	assert_true(is_of(one, 0, one, 0));
	assert_true(is_of(one, 7, one, 7));
	assert_true(is_of(one, 0, one, 7));
	assert_true(is_of(one, 7, one, 0));
	assert_true(is_of("", 7, one, 7));
	assert_true(is_of(one, 0, "", 0));
	assert_true(is_of("", 7, "", 7));
	assert_false(is_of(one, 0, other, 0));
	assert_false(is_of(one, 7, other, 7));
	assert_false(is_of(one, 7, one, 8));
	assert_false(is_of("", 7, one, 8));
	assert_false(is_of("", 7, "", 8));
}

/* Who only completes does not make two LUNs of the same identifiers. */
static void test_only_completes(void **state)
{
	struct run *run = *state;
	struct fault_lun lun;
	struct error err;

	stop_before(run, 4);
	fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
	assert_int_equal(resign_lun(&lun.lun, NULL, &clone, NULL, NULL, &err),
			 -1);
	assert_int_equal(err.code, ERROR_LUN_CONTENT);
	assert_non_null(strstr(err.text, "3600a"));
	assert_int_equal(lun.count[FAULT_WRITE], 0);
	fault_lun_close(&lun);
	expect_success(run, &same, NEW_SR);
}

/* SM or an admin has made another SR here: its PV, or its VG, is another. */
static void test_other_sr(void **state)
{
	struct run *run = *state;
	struct journal_head head, good;

	stop_before(run, 4);
	get_head(run, &good);
	for (unsigned i = 0; i < 2; i++) {
		struct sr other;

		sr_make(&other, NULL);
		head = good;
		(i ? &head.old_pv : &head.old_vg)->chars[0] ^= 1;
		journal_head_encode(&head, other.bytes + JOURNAL_PLACE_AT);
		memcpy(run->sr.bytes, other.bytes, SR_SIZE);
		sr_free(&other);
		expect_success(run, &same, NEWER_SR);
	}
}

static int refuse(void *context, const struct uuid *sr, struct error *err)
{
	(void)context;
	(void)sr;
	return error_set(err, ERROR_IN_USE, "the guard says no");
}

/* Nothing is written, flushed, or fenced, before the guards are asked: whatever kind
 * of journal is there. */
static void test_guards_first(void **state)
{
	const struct txn_hooks hooks = { .may_write = refuse };
	struct run *run = *state;
	struct plan_options options = { 0 };

	assert_true(uuid_from_text(NEWER_SR, &options.new_sr));
	for (unsigned i = 0; i < 8; i++) {
		const unsigned back = i / 2 + 1;
		struct fault_lun lun;
		struct error err;

		sr_free(&run->sr);
		sr_make(&run->sr, NULL);
		stop_before(run, back);
		fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
		lun.fences = i % 2;
		assert_int_equal(resign_lun(&lun.lun, &options,
					    back % 2 ? &clone : &same, &hooks,
					    NULL, &err),
				 -1);
		assert_int_equal(err.code, ERROR_IN_USE);
		assert_int_equal(lun.count[FAULT_WRITE], 0);
		assert_int_equal(lun.count[FAULT_FLUSH], 0);
		assert_int_equal(lun.count[FAULT_FENCE], 0);
		fault_lun_close(&lun);
	}
}

/* Without a fence they are asked again after the wait for another host, which may
 * take long. */
static int refuse_later(void *context, const struct uuid *sr, struct error *err)
{
	unsigned *asked = context;

	return (*asked)++ ? refuse(context, sr, err) : 0;
}

static void test_guards_after_the_wait(void **state)
{
	unsigned asked = 0;
	const struct txn_hooks hooks = { .context = &asked,
					 .may_write = refuse_later };
	struct run *run = *state;
	struct plan_options options = { 0 };
	struct fault_lun lun;
	struct error err;

	assert_true(uuid_from_text(NEWER_SR, &options.new_sr));
	stop_before(run, 4);
	fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
	assert_int_equal(
		resign_lun(&lun.lun, &options, &same, &hooks, NULL, &err), -1);
	assert_int_equal(err.code, ERROR_IN_USE);
	assert_int_equal(lun.count[FAULT_WRITE], 0);
	fault_lun_close(&lun);
	expect_success(run, &same, NEW_SR);
}

static int complete_it(void *context, const struct uuid *sr, struct error *err)
{
	struct run *run = context;

	(void)sr;
	return resign(run->sr.bytes, NEWER_SR, &same, 0, NULL, err);
}

/* Another host completes it while the guards are asked: there is nothing of ours to
 * be done or wiped any more, with a fence or without. */
static void test_completed_meanwhile(void **state)
{
	struct run *run = *state;
	const struct txn_hooks hooks = { .context = run,
					 .may_write = complete_it };
	struct plan_options options = { 0 };

	assert_true(uuid_from_text(NEWER_SR, &options.new_sr));
	for (unsigned i = 0; i < 2; i++) {
		struct fault_lun lun;
		struct error err;

		sr_free(&run->sr);
		sr_make(&run->sr, NULL);
		stop_before(run, 4);
		fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
		lun.fences = i;
		assert_int_equal(resign_lun(&lun.lun, &options, &same, &hooks,
					    NULL, &err),
				 -1);
		assert_int_equal(err.code, ERROR_LOCKED);
		assert_int_equal(lun.count[FAULT_WRITE], 0);
		assert_false(lun.fenced);
		fault_lun_close(&lun);
		expect_sr(run, NEW_SR);
	}
}

static int refuse_plan(void *context, const struct plan *plan,
		       struct error *err)
{
	return refuse(context, &plan->ids.old_sr, err);
}

/* They are asked before the fence, and again right before the commit: then all is
 * as it was but for what is nobody's, and neither fence nor claim stays. */
static void test_guard_before_commit(void **state)
{
	const struct txn_hooks hooks[] = { { .may_begin = refuse_plan },
					   { .may_write = refuse } };
	static const uint8_t nothing[JOURNAL_PLACE_SIZE];
	struct run *run = *state;
	struct plan_options options = { 0 };

	assert_true(uuid_from_text(NEW_SR, &options.new_sr));
	for (unsigned i = 0; i < 4; i++) {
		struct fault_lun lun;
		struct error err;

		fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
		lun.fences = i % 2;
		assert_int_equal(resign_lun(&lun.lun, &options, &same,
					    &hooks[i / 2], NULL, &err),
				 -1);
		assert_int_equal(err.code, ERROR_IN_USE);
		assert_int_equal(lun.count[FAULT_FENCE],
				 lun.fences && i / 2 == 1);
		assert_false(lun.fenced);
		fault_lun_close(&lun);
		if (i / 2 == 1)
			assert_non_null(
				strstr(err.text, "the LUN is unchanged"));
		assert_memory_equal(run->sr.bytes + JOURNAL_PLACE_AT, nothing,
				    sizeof(nothing));
		expect_sr(run, SR_UUID);
	}
}

/* The first run of a fenced LUN, and the one that completes it. */
static void test_fence_is_given_back(void **state)
{
	struct run *run = *state;
	struct plan_options options = { 0 };

	assert_true(uuid_from_text(NEW_SR, &options.new_sr));
	for (unsigned i = 0; i < 2; i++) {
		struct fault_lun lun;
		struct error err;

		fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
		lun.fences = true;
		if (i)
			stop_before(run, 4);
		assert_int_equal(
			resign_lun(&lun.lun, &options, &same, NULL, NULL, &err),
			0);
		assert_int_equal(lun.count[FAULT_FENCE], 1);
		assert_false(lun.fenced);
		fault_lun_close(&lun);
		expect_sr(run, NEW_SR);
		sr_free(&run->sr);
		sr_make(&run->sr, NULL);
	}
}

/* What was read may be in a cache only: if it cannot be made stable, nothing is
 * built on it. */
static void test_flush_first(void **state)
{
	struct run *run = *state;
	struct plan_options options = { 0 };

	assert_true(uuid_from_text(NEWER_SR, &options.new_sr));
	for (unsigned back = 4; back > 0; back--) {
		struct fault_lun lun;
		struct error err;

		sr_free(&run->sr);
		sr_make(&run->sr, NULL);
		stop_before(run, back);
		fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
		lun.op = FAULT_FLUSH;
		lun.at = 1;
		assert_int_equal(
			resign_lun(&lun.lun, &options, &same, NULL, NULL, &err),
			-1);
		assert_int_equal(lun.count[FAULT_WRITE], 0);
		assert_non_null(strstr(err.text, "is committed"));
		fault_lun_close(&lun);
	}
}

static int change_mgt(void *context, const struct plan *plan, struct error *err)
{
	struct run *run = context;

	(void)plan;
	(void)err;
	run->sr.bytes[CHANGING] ^= 1;
	return 0;
}

/* SM changes MGT, or whatever is written in place, while the guards are asked:
 * the change is not written over. */
static void test_changed_before_commit(void **state)
{
	struct run *run = *state;
	const struct txn_hooks hooks = { .context = run,
					 .may_begin = change_mgt };
	struct plan_options options = { 0 };
	struct fault_lun lun;
	struct error err;
	uint8_t mgt[4096];

	memcpy(mgt, run->sr.bytes + SR_AT(SR_MGT_1), sizeof(mgt));
	mgt[CHANGING - SR_AT(SR_MGT_1)] ^= 1;
	assert_true(uuid_from_text(NEW_SR, &options.new_sr));
	fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
	assert_int_equal(
		resign_lun(&lun.lun, &options, &same, &hooks, NULL, &err), -1);
	fault_lun_close(&lun);
	assert_int_equal(err.code, ERROR_LOCKED);
	assert_non_null(strstr(err.text, "the LUN is unchanged"));
	assert_memory_equal(run->sr.bytes + SR_AT(SR_MGT_1), mgt, sizeof(mgt));
	expect_sr(run, SR_UUID);
}

/* The wait for another host ends at once when somebody asks us to stop. */
static void test_wait_is_not_deaf(void **state)
{
	struct run *run = *state;

	stop_before(run, 4);
	stop_on_signals();
	raise(SIGTERM);
	expect_refusal(run, &other_host, ERROR_INTERRUPTED, "signal");
}

static void test_clone_of_applied(void **state)
{
	struct run *run = *state;

	stop_before(run, 2);
	expect_success(run, &clone, NEWER_SR);
}

/* LVM went on with the finished result: the old journal must not be applied. */
static void go_on_with_lvm(struct run *run, uint64_t text_at)
{
	struct fault_lun lun;
	struct snapshot snap;
	struct error err;
	char *seqno;

	fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
	assert_int_equal(load_snapshot(&lun.lun, NULL, &snap, &err), 0);
	seqno = strstr(snap.text, "seqno = 42");
	assert_non_null(seqno);
	seqno[9] = '3';
	sr_put_text(run->sr.bytes, SR_MDA_AT, SR_MDA_SIZE, text_at, snap.text,
		    0);
	snapshot_free(&snap);
	fault_lun_close(&lun);
}

static void test_used_since(void **state)
{
	struct run *run = *state;

	stop_before(run, 2);
	go_on_with_lvm(run, 512);
	expect_success(run, &same, NEWER_SR);
}

static void test_clone_of_used_since(void **state)
{
	struct run *run = *state;

	stop_before(run, 2);
	go_on_with_lvm(run, 512);
	expect_success(run, &clone, NEWER_SR);
}

/* ... and has put its text over the journal's body, which is then not to be
 * wiped, and no reason to refuse the LUN for ever. */
static void test_used_over_body(void **state)
{
	struct run *run = *state;
	struct journal_head head;

	stop_before(run, 2);
	get_head(run, &head);
	go_on_with_lvm(run, head.body_at - SR_MDA_AT);
	expect_success(run, &same, NEWER_SR);
}

/* SM went on with the finished result and changed MGT; LVM has not moved. */
static void test_attached_since(void **state)
{
	struct run *run = *state;

	stop_before(run, 2);
	memcpy(run->sr.bytes + SR_AT(SR_MGT_1) + 2048 + 512,
	       "<vdi><name_label>new", 20);
	expect_success(run, &same, NEWER_SR);
}

static void test_changed_since(void **state)
{
	struct run *run = *state;
	uint8_t label;

	stop_before(run, 4);
	run->sr.bytes[CHANGING] ^= 1;
	expect_refusal(run, &same, ERROR_LUN_CONTENT, "changed since");
	run->sr.bytes[CHANGING] ^= 1;
	/* A sector between two of ours is not ours: its change stays. */
	run->sr.bytes[BETWEEN] ^= 1;
	label = run->sr.bytes[BETWEEN];
	expect_success(run, &same, NEW_SR);
	assert_int_equal(run->sr.bytes[BETWEEN], label);
}

/* The new text in the ring is overwritten: it cannot be completed. */
static void test_ring_used_since(void **state)
{
	struct run *run = *state;
	size_t from = SR_MDA_AT + 512 + run->sr.text_size;
	uint8_t *text;

	stop_before(run, 4);
	text = memmem(run->sr.bytes + from, SR_PE_START - from,
		      "VG_XenStorage-" NEW_SR, 50);
	assert_non_null(text);
	text[1000] ^= 1;
	expect_refusal(run, &same, ERROR_LUN_CONTENT, "changed since");
	text[1000] ^= 1;
	expect_success(run, &same, NEW_SR);
}

static void test_damaged_head(void **state)
{
	struct run *run = *state;

	stop_before(run, 4);
	find_head(run)[100] ^= 1;
	expect_refusal(run, &same, ERROR_LUN_CONTENT, "damaged");
	find_head(run)[100] ^= 1;
	expect_success(run, &same, NEW_SR);
}

static void test_damaged_body(void **state)
{
	struct run *run = *state;
	struct journal_head head;

	stop_before(run, 4);
	get_head(run, &head);
	for (size_t i = 0; i < head.body_len; i += 97) {
		run->sr.bytes[head.body_at + i] ^= 0x80;
		expect_refusal(run, &same, ERROR_LUN_CONTENT, "damaged");
		run->sr.bytes[head.body_at + i] ^= 0x80;
	}
	expect_success(run, &same, NEW_SR);
}

/* A body that lies elsewhere, or whose records do. */
static void test_hostile_head(void **state)
{
	static const uint64_t places[] = { SR_SIZE, SR_SIZE - 512, 1,
					   UINT64_MAX - 511 };
	struct run *run = *state;
	struct journal_head head, good;

	stop_before(run, 4);
	journal_head_decode(find_head(run), &good);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		head = good;
		head.body_at = places[i];
		journal_head_encode(&head, find_head(run));
		expect_refusal(run, &same, ERROR_LUN_CONTENT, "damaged");
	}
	/* Sound records, but not those that were committed. */
	head = good;
	head.body_crc ^= 1;
	journal_head_encode(&head, find_head(run));
	expect_refusal(run, &same, ERROR_LUN_CONTENT, "damaged");
	head = good;
	head.body_len = 0;
	journal_head_encode(&head, find_head(run));
	expect_refusal(run, &same, ERROR_LUN_CONTENT, "damaged");
	journal_head_encode(&good, find_head(run));
	expect_success(run, &same, NEW_SR);
}

/* A body that is the one that was committed, by its checksum, and makes no sense. */
static void test_hostile_records(void **state)
{
	/* of a WRITE: its place on the LUN, its phase */
	const struct {
		size_t at;
		uint64_t value;
		const char *words;
	} cases[] = {
		{ 8, SR_SIZE, "outside the LUN" },
		{ 8, UINT64_MAX - 511, "outside the LUN" },
		{ 20, PLAN_PHASES, "unknown phase" },
	};
	struct run *run = *state;
	struct journal_head head, good;
	struct journal_record record = { .type = JOURNAL_TEXT };
	size_t start = 0, next = 0;
	uint8_t *body;

	stop_before(run, 4);
	get_head(run, &good);
	body = run->sr.bytes + good.body_at;
	while (record.type != JOURNAL_WRITE) {
		start = next;
		assert_true(journal_next(body, good.body_len, &next, &record));
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t *place = body + start + cases[i].at, kept[8];

		memcpy(kept, place, sizeof(kept));
		if (cases[i].at == 8)
			put_le64(place, cases[i].value);
		else
			put_le32(place, (uint32_t)cases[i].value);
		head = good;
		head.body_crc = lvm_crc(LVM_CRC_INITIAL, body, head.body_len);
		journal_head_encode(&head, find_head(run));
		expect_refusal(run, &same, ERROR_LUN_CONTENT, cases[i].words);
		memcpy(place, kept, sizeof(kept));
	}
	journal_head_encode(&good, find_head(run));
	expect_success(run, &same, NEW_SR);
}

/* Another host takes over while this run writes in place. */
static void take_over(struct fault_lun *lun, unsigned number)
{
	struct run *run = lun->arg;
	struct journal_head head;

	if (number != run->writes - 3)
		return;
	get_head(run, &head);
	assert_int_equal(head.state, JOURNAL_COMMITTED);
	uuid_new(&head.id);
	journal_head_encode(&head, find_head(run));
}

/* A run that was held up must not switch what is another's now. */
static void test_taken_over(void **state)
{
	struct plan_options options = { 0 };
	struct run *run = *state;
	struct fault_lun lun;
	struct error err;

	assert_true(uuid_from_text(NEW_SR, &options.new_sr));
	fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
	lun.before_write = take_over;
	lun.arg = run;
	assert_int_equal(
		resign_lun(&lun.lun, &options, &same, NULL, NULL, &err), -1);
	fault_lun_close(&lun);
	assert_int_equal(err.code, ERROR_LOCKED);
	assert_non_null(strstr(err.text, "another host"));
	expect_sr(run, SR_UUID);
	find_head(run);
}

/* Another host's claim is taken over at once. */
static void test_dead_claim(void **state)
{
	struct run *run = *state;

	stop_before(run, 5);
	expect_success(run, &other_host, NEWER_SR);
}

struct overtaken {
	uint8_t *bytes;
	uint8_t *result; /* of the run that was faster */
};

static void overtake(struct fault_lun *lun, unsigned number)
{
	struct overtaken *o = lun->arg;
	struct error err;

	if (number == 1) {
		assert_int_equal(
			resign(o->bytes, NEW_SR, &other_host, 0, NULL, &err),
			0);
		memcpy(o->result, o->bytes, SR_SIZE);
	}
}

/* A run reads the LUN, another one resigns it whole, the first claims it. What
 * it took for unused space may hold live text now: it must write nothing, but
 * its claim, and zeros over that. */
static void test_overtaken(void **state)
{
	struct run *run = *state;
	struct overtaken o = { run->sr.bytes, malloc(SR_SIZE) };
	struct plan_options options = { 0 };
	struct fault_lun lun;
	struct error err;

	assert_true(uuid_from_text(NEWER_SR, &options.new_sr));
	fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
	lun.before_write = overtake;
	lun.arg = &o;
	assert_int_equal(
		resign_lun(&lun.lun, &options, &same, NULL, NULL, &err), -1);
	fault_lun_close(&lun);
	assert_int_equal(err.code, ERROR_LOCKED);
	assert_memory_equal(run->sr.bytes, o.result, SR_SIZE);
	expect_sr(run, NEW_SR);
	free(o.result);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_not_committed),
		TEST(test_committed),
		TEST(test_recovery_order),
		TEST(test_half_applied),
		TEST(test_applied),
		TEST(test_body_wiped),
		TEST(test_clone_of_body_wiped),
		TEST(test_clone_of_committed),
		TEST(test_clone_of_half_applied),
		TEST(test_clone_of_applied),
		TEST(test_used_since),
		TEST(test_clone_of_used_since),
		TEST(test_used_over_body),
		TEST(test_attached_since),
		TEST(test_changed_since),
		TEST(test_ring_used_since),
		TEST(test_damaged_head),
		TEST(test_damaged_body),
		TEST(test_hostile_head),
		TEST(test_hostile_records),
		TEST(test_taken_over),
		TEST(test_dead_claim),
		TEST(test_overtaken),
		TEST(test_copies),
		TEST(test_whose_journal),
		TEST(test_only_completes),
		TEST(test_other_sr),
		TEST(test_guards_first),
		TEST(test_guards_after_the_wait),
		TEST(test_completed_meanwhile),
		TEST(test_guard_before_commit),
		TEST(test_fence_is_given_back),
		TEST(test_flush_first),
		TEST(test_changed_before_commit),
		TEST(test_wait_is_not_deaf), /* the last: the signal stays */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
