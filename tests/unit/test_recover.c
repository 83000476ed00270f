// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Every kind of journal that a run can meet, and what becomes of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/resign_lun.h"
#include "format/resign_journal.h"
#include "tests/unit/fault_lun.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

#define NEW_SR	 "99999999-1234-4999-8999-0123456789ab"
#define NEWER_SR "88888888-1234-4999-8999-0123456789ab"

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

	assert_non_null(head);
	return head;
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
	expect_refusal(*state, &clone, ERROR_LUN_CONTENT, "3600a");
}

static void test_clone_of_half_applied(void **state)
{
	stop_before(*state, 3);
	expect_refusal(*state, &clone, ERROR_LUN_CONTENT, "3600a");
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
	assert_int_equal(journal_head_decode(find_head(run), &head),
			 JOURNAL_SOUND);
	go_on_with_lvm(run, head.body_at - SR_MDA_AT);
	expect_success(run, &same, NEWER_SR);
}

/* SM went on with the finished result and changed MGT; LVM has not moved. */
static void test_attached_since(void **state)
{
	struct run *run = *state;

	stop_before(run, 2);
	memcpy(run->sr.bytes + SR_AT(SR_MGT_1) + 2048, "<vdi><name_label>new",
	       20);
	expect_success(run, &same, NEWER_SR);
}

static void test_changed_since(void **state)
{
	struct run *run = *state;

	stop_before(run, 4);
	run->sr.bytes[SR_AT(SR_MGT_1) + 2048 + 20] ^= 1;
	expect_refusal(run, &same, ERROR_LUN_CONTENT, "changed since");
	run->sr.bytes[SR_AT(SR_MGT_1) + 2048 + 20] ^= 1;
	expect_success(run, &same, NEW_SR);
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
	assert_int_equal(journal_head_decode(find_head(run), &head),
			 JOURNAL_SOUND);
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

static void test_two_heads(void **state)
{
	struct run *run = *state;
	uint8_t *second = run->sr.bytes + 8192;

	stop_before(run, 4);
	if (find_head(run) == second)
		second = run->sr.bytes + SR_PE_START - 4096;
	/* The start of the ring is under the text, so the middle. */
	second = run->sr.bytes + 36864;
	memcpy(second, find_head(run), 512);
	expect_refusal(run, &same, ERROR_LUN_CONTENT, "two journals");
	memset(second, 0, 512);
	expect_success(run, &same, NEW_SR);
}

/* Another host takes over while this run writes in place. */
static void take_over(struct fault_lun *lun, unsigned number)
{
	struct run *run = lun->arg;
	struct journal_head head;

	if (number != run->writes - 3)
		return;
	assert_int_equal(journal_head_decode(find_head(run), &head),
			 JOURNAL_SOUND);
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
	assert_non_null(strstr(err.text, "taken over"));
	expect_sr(run, SR_UUID);
	find_head(run);
}

/* Another host's claim that nobody moves is forgotten after a while. */
static void test_dead_claim(void **state)
{
	struct run *run = *state;

	stop_before(run, 5);
	expect_success(run, &other_host, NEWER_SR);
}

/* LVM has worked with the LUN since that claim, so that the place for a head is
 * another now. It goes all the same: its run must not be able to commit. */
static void test_claim_elsewhere(void **state)
{
	struct run *run = *state;
	uint8_t head[512];

	stop_before(run, 5);
	memcpy(head, find_head(run), sizeof(head));
	memset(find_head(run), 0, sizeof(head));
	memcpy(run->sr.bytes + 36864, head, sizeof(head));
	expect_success(run, &same, NEWER_SR);
}

static void revive(struct fault_lun *lun, unsigned number)
{
	struct run *run = lun->arg;
	uint8_t *old = run->sr.bytes + 36864;
	struct journal_head head;

	/* Before our claim is written: theirs has gone on. */
	if (number != 1)
		return;
	assert_int_equal(journal_head_decode(old, &head), JOURNAL_SOUND);
	uuid_new(&head.id);
	journal_head_encode(&head, old);
}

/* A claim elsewhere that is alive after all is left, and so is the LUN. */
static void test_claim_elsewhere_lives(void **state)
{
	struct plan_options options = { 0 };
	struct run *run = *state;
	struct fault_lun lun;
	struct error err;
	uint8_t head[512];

	stop_before(run, 5);
	memcpy(head, find_head(run), sizeof(head));
	memset(find_head(run), 0, sizeof(head));
	memcpy(run->sr.bytes + 36864, head, sizeof(head));
	assert_true(uuid_from_text(NEWER_SR, &options.new_sr));
	fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
	lun.before_write = revive;
	lun.arg = run;
	assert_int_equal(
		resign_lun(&lun.lun, &options, &same, NULL, NULL, &err), -1);
	fault_lun_close(&lun);
	assert_int_equal(err.code, ERROR_LOCKED);
	assert_non_null(strstr(err.text, "the LUN is unchanged"));
	expect_sr(run, SR_UUID);
	assert_ptr_equal(find_head(run), run->sr.bytes + 36864);
	assert_null(
		memmem(run->sr.bytes + 36865, SR_SIZE - 36865, "RELVMJNL", 8));
}

struct overtaken {
	uint8_t *bytes;
	uint8_t *result; /* of the run that was faster */
	bool looked;
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
	if (number == 3) {
		o->looked = true;
		assert_memory_equal(o->bytes, o->result, SR_SIZE);
	}
}

/* A run reads the LUN, another one resigns it whole, the first claims it. What
 * it took for unused space may hold live text now: it must write nothing (but
 * its claim, and zeros over that) before it has read the LUN again. The crash
 * tests do not notice, for text goes to a random place, and seldom over other
 * text. */
static void test_overtaken(void **state)
{
	struct run *run = *state;
	struct overtaken o = { run->sr.bytes, malloc(SR_SIZE), false };
	struct plan_options options = { 0 };
	struct fault_lun lun;
	struct error err;

	assert_true(uuid_from_text(NEWER_SR, &options.new_sr));
	fault_lun_open(&lun, run->sr.bytes, SR_SIZE, 512);
	lun.before_write = overtake;
	lun.arg = &o;
	if (resign_lun(&lun.lun, &options, &same, NULL, NULL, &err))
		fail_msg("%s", err.text);
	fault_lun_close(&lun);
	assert_true(o.looked);
	expect_sr(run, NEWER_SR);
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
		TEST(test_two_heads),
		TEST(test_taken_over),
		TEST(test_dead_claim),
		TEST(test_overtaken),
		TEST(test_claim_elsewhere),
		TEST(test_claim_elsewhere_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
