// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The whole core over memory: load, plan, run, load again. What is checked is
 * checked on the bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/resign_lun.h"
#include "tests/unit/lun_memory.h"
#include "sr/snapshot.h"
#include "tests/unit/fault_lun.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

#define NEW_SR "99999999-1234-4999-8999-0123456789ab"

static const struct journal_owner owner = { .scsi_id = "3600a" };

static void resign(uint8_t *bytes, uint32_t block_size, const char *new_sr)
{
	struct plan_options options = { 0 };
	struct error err;
	struct lun *lun;

	assert_true(uuid_from_text(new_sr, &options.new_sr));
	assert_int_equal(
		lun_memory_open(bytes, SR_SIZE, block_size, &lun, &err), 0);
	if (resign_lun(lun, &options, &owner, NULL, NULL, &err))
		fail_msg("%s", err.text);
	lun_close(lun);
}

static void load(uint8_t *bytes, uint32_t block_size, struct snapshot *snap)
{
	struct error err;
	struct lun *lun;

	assert_int_equal(
		lun_memory_open(bytes, SR_SIZE, block_size, &lun, &err), 0);
	if (load_snapshot(lun, NULL, snap, &err))
		fail_msg("%s", err.text);
	lun_close(lun);
}

/* The ring is LVM's to reuse; old text in it is no structure. */
static void wipe_dead_ring(uint8_t *bytes)
{
	struct snapshot snap;

	load(bytes, 512, &snap);
	for (unsigned i = 0; i < snap.mda_count; i++) {
		const struct lvm_mda *mda = &snap.mdas[i];
		uint64_t at = mda->area.offset + 512;

		for (; at < mda->area.offset + mda->area.size; at++) {
			if (mda->ignored || lvm_mda_is_free(mda, at, 1))
				bytes[at] = 0;
		}
	}
	snapshot_free(&snap);
}

static void assert_no_journal(const uint8_t *bytes)
{
	assert_null(memmem(bytes, SR_SIZE, "RELVMJNL", 8));
}

/* Somebody's words in the VG text, which stay. */
#define DESCRIPTION "description = \"VHD-" CHILD_UUID

static void assert_ids_gone(const uint8_t *bytes, bool mgt)
{
	static const char *const gone[] = {
		SR_UUID,
		BASE_UUID,
		CHILD_UUID,
		OTHER_UUID,
		RAW_UUID,
		STALE_UUID,
		SR_PV_ID,
		SR_VG_ID,
		"PvPvPv0123456789abcdef",
		"-0123-4567-89ab-cdef-ghij-klmnop",
	};
	uint8_t *copy = malloc(SR_SIZE);

	memcpy(copy, bytes, SR_SIZE);
	wipe_dead_ring(copy);
	/* Data of VDIs and of LVs that are not SM's is kept, whatever it is. */
	assert_true(sr_mentions(copy + SR_AT(SR_RAW), SR_EXTENT, BASE_UUID));
	assert_true(
		sr_mentions(copy + SR_AT(SR_FOREIGN), SR_EXTENT, CHILD_UUID));
	for (uint8_t *at = copy;
	     (at = memmem(at, SR_SIZE - (size_t)(at - copy), DESCRIPTION,
			  strlen(DESCRIPTION)));)
		memset(at, ' ', strlen(DESCRIPTION));
	memset(copy + SR_AT(SR_RAW), 0, SR_EXTENT);
	memset(copy + SR_AT(SR_FOREIGN), 0, SR_EXTENT);
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++) {
		if (sr_mentions(copy, SR_SIZE, gone[i]))
			fail_msg("%s is still there", gone[i]);
	}
	assert_true(sr_mentions(copy, SR_SIZE, "hb-" HOST_UUID));
	assert_int_equal(sr_mentions(copy, SR_SIZE, "&lt;uuid>" HOST_UUID),
			 mgt);
	free(copy);
}

static bool is_id_char(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* Outside the metadata areas, only characters of identifiers have changed,
 * raw bytes in cbt logs, and the two checksums. */
static void assert_only_ids_changed(const uint8_t *before, const uint8_t *after)
{
	for (size_t i = 0; i < SR_SIZE; i++) {
		bool in_cbt = (i >= SR_AT(SR_CBT_BASE) &&
			       i < SR_AT(SR_CBT_BASE) + 32) ||
			      (i >= SR_AT(SR_CBT_CHILD) &&
			       i < SR_AT(SR_CBT_CHILD) + 32);
		size_t in_lv =
			i >= SR_PE_START ? (i - SR_PE_START) % SR_EXTENT : 0;
		bool checksum = i < 2048 ? i % 512 >= 16 && i % 512 < 20
					 : in_lv >= 548 && in_lv < 552;

		if (before[i] == after[i] || in_cbt || checksum ||
		    (i >= SR_MDA_AT && i < SR_PE_START) || i >= SR_MDA2_AT)
			continue;
		if (!is_id_char(before[i]) || !is_id_char(after[i]))
			fail_msg("byte %zu: %02x became %02x", i, before[i],
				 after[i]);
	}
}

static void check_links(const struct snapshot *snap)
{
	struct uuid base = { 0 }, child = { 0 };
	unsigned parents = 0;

	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct snapshot_lv *lv = &snap->lvs[i];

		if (lv->kind == LV_VHD && !lv->has_parent)
			base = lv->vdi;
		else if (lv->kind == LV_VHD && uuid_is_zero(&child))
			child = lv->vdi;
	}
	assert_false(uuid_is_zero(&base));
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct snapshot_lv *lv = &snap->lvs[i];

		if (lv->has_parent) {
			assert_true(uuid_equal(&lv->parent, &base));
			parents++;
		}
		if (lv->kind == LV_CBTLOG && uuid_equal(&lv->vdi, &base))
			assert_true(uuid_equal(&lv->cbt_child, &child));
		else if (lv->kind == LV_CBTLOG)
			assert_true(uuid_equal(&lv->cbt_parent, &base));
	}
	assert_int_equal(parents, 2);
}

static void check_mgt(const struct snapshot *snap)
{
	const struct mgt *mgt = &snap->mgt;

	assert_int_equal(mgt->vdi_count, 5);
	for (uint32_t i = 0; i < 4; i++) {
		bool carried = false;

		for (uint32_t j = 0; j < snap->vg.lv_count; j++)
			carried |= uuid_equal(&snap->lvs[j].vdi,
					      &mgt->vdis[i].uuid.uuid);
		assert_true(carried);
	}
	assert_true(uuid_equal(&mgt->vdis[1].snapshot_of.uuid,
			       &mgt->vdis[2].uuid.uuid));
	assert_true(uuid_equal(&mgt->vdis[2].snapshot_of.uuid,
			       &mgt->vdis[4].uuid.uuid));
	assert_true(mgt->vdis[4].deleted);
}

static void check_result(uint8_t *bytes, uint32_t block_size, const char *sr,
			 bool mgt)
{
	struct snapshot snap;
	struct uuid uuid;

	assert_no_journal(bytes);
	load(bytes, block_size, &snap);
	assert_true(uuid_from_text(sr, &uuid));
	assert_true(uuid_equal(&snap.vg.sr, &uuid));
	assert_int_equal(snap.vg.seqno, SR_SEQNO);
	check_links(&snap);
	assert_int_equal(snap.mgt_lv != NULL, mgt);
	if (mgt) {
		assert_true(uuid_equal(&snap.mgt.sr.uuid, &uuid));
		check_mgt(&snap);
	}
	snapshot_free(&snap);
}

static void twice(const struct sr_options *options, uint32_t block_size)
{
	bool mgt = !options || !options->no_mgt;
	struct sr sr;
	uint8_t *before;

	sr_make(&sr, options);
	before = malloc(SR_SIZE);
	memcpy(before, sr.bytes, SR_SIZE);
	resign(sr.bytes, block_size, NEW_SR);
	check_result(sr.bytes, block_size, NEW_SR, mgt);
	assert_ids_gone(sr.bytes, mgt);
	assert_only_ids_changed(before, sr.bytes);

	memcpy(before, sr.bytes, SR_SIZE);
	resign(sr.bytes, block_size, SR_UUID);
	check_result(sr.bytes, block_size, SR_UUID, mgt);
	assert_only_ids_changed(before, sr.bytes);
	wipe_dead_ring(sr.bytes);
	assert_false(sr_mentions(sr.bytes, SR_SIZE, NEW_SR));
	free(before);
	sr_free(&sr);
}

static void test_ordinary(void **state)
{
	(void)state;
	twice(NULL, 512);
	twice(NULL, 4096);
}

static void test_label_sectors(void **state)
{
	struct sr_options options = { .no_extension = true };

	(void)state;
	for (; options.label_sector < 4; options.label_sector++)
		twice(&options, 512);
	options.label_sector = 3;
	twice(&options, 4096);
}

static void test_areas(void **state)
{
	const struct sr_options two = { .mda_count = 2 };
	const struct sr_options one_ignored = { .mda_count = 2,
						.first_ignored = true };

	(void)state;
	twice(&two, 512);
	twice(&two, 4096);
	twice(&one_ignored, 512);
	twice(&one_ignored, 4096);
}

static void test_no_mgt(void **state)
{
	const struct sr_options options = { .no_mgt = true };

	(void)state;
	twice(&options, 512);
}

/* Text everywhere in the ring, short, and longer than half of it. */
static void test_ring(void **state)
{
	(void)state;
	for (uint32_t at = 512; at < SR_MDA_SIZE; at += 4608) {
		const struct sr_options shorter = { .text_at = at };
		const struct sr_options longer = { .text_at = at,
						   .text_pad = 30000 };

		twice(&shorter, 512);
		twice(&longer, 512);
		twice(&longer, 4096);
	}
	for (uint32_t at = SR_MDA_SIZE - 6 * 512; at < SR_MDA_SIZE; at += 512) {
		const struct sr_options wrapped = { .text_at = at };

		twice(&wrapped, 512);
		twice(&wrapped, 4096);
	}
}

/* Text that leaves the ring no room for the journal, which then goes into free
 * extents. */
static void test_full_ring(void **state)
{
	const struct sr_options options = { .text_pad = 52000 };

	(void)state;
	twice(&options, 512);
	twice(&options, 4096);
}

struct asked {
	unsigned began, accepted;
	bool refuse_begin, refuse;
};

static int count_begin(void *context, const struct plan *plan,
		       struct error *err)
{
	struct asked *asked = context;
	struct uuid sr;

	asked->began++;
	assert_true(uuid_from_text(NEW_SR, &sr));
	assert_true(uuid_equal(&plan->ids.new_sr, &sr));
	assert_true(uuid_equal(&plan->ids.old_sr, &plan->from->vg.sr));
	return asked->refuse_begin ? error_set(err, ERROR_IN_USE, "in use") : 0;
}

static int count_accept(void *context, const struct snapshot *result,
			struct error *err)
{
	struct asked *asked = context;

	(void)result;
	asked->accepted++;
	return asked->refuse ? error_set(err, ERROR_LUN_CONTENT, "no") : 0;
}

static int resign_counted(uint8_t *bytes, bool drop, struct asked *asked,
			  unsigned *writes, struct error *err)
{
	const struct txn_hooks hooks = { .context = asked,
					 .may_begin = count_begin,
					 .accept = count_accept };
	struct plan_options options = { .choices.drop_snapshots = drop };
	struct fault_lun lun;
	int failed;

	assert_true(uuid_from_text(NEW_SR, &options.new_sr));
	fault_lun_open(&lun, bytes, SR_SIZE, 512);
	failed = resign_lun(&lun.lun, &options, &owner, &hooks, NULL, err);
	*writes = lun.count[FAULT_WRITE];
	fault_lun_close(&lun);
	return failed;
}

/* The answer to a call was lost, and the call comes again. */
static void test_repeated(void **state)
{
	struct asked asked = { 0 };
	unsigned writes;
	struct error err;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	assert_int_equal(resign_counted(sr.bytes, false, &asked, &writes, &err),
			 0);
	assert_true(writes > 0);
	asked = (struct asked){ 0 };
	assert_int_equal(resign_counted(sr.bytes, false, &asked, &writes, &err),
			 0);
	assert_int_equal(writes, 0);
	assert_int_equal(asked.began, 1);
	assert_int_equal(asked.accepted, 1);

	/* The pool has its say, and done is only what the judge takes. */
	asked.refuse_begin = true;
	assert_int_equal(resign_counted(sr.bytes, false, &asked, &writes, &err),
			 -1);
	assert_string_equal(err.text, "in use");
	asked.refuse_begin = false;
	asked.refuse = true;
	assert_int_equal(resign_counted(sr.bytes, false, &asked, &writes, &err),
			 -1);
	assert_int_equal(writes, 0);
	assert_string_equal(err.text, "no");

	/* Another uuid is another call. */
	resign(sr.bytes, 512, SR_UUID);
	check_result(sr.bytes, 512, SR_UUID, true);
	sr_free(&sr);
}

/* With the uuid of the SR, but it cannot be told whether the LUN is what the
 * call asks for: an SM journal is in flight. (tests/golden/drop.sh has
 * snapshots that are there.) */
static void test_same_uuid_otherwise(void **state)
{
	struct asked asked = { 0 };
	unsigned writes;
	struct error err;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	assert_int_equal(resign_counted(sr.bytes, false, &asked, &writes, &err),
			 0);
	asked.accepted = 0;
	assert_int_equal(resign_counted(sr.bytes, true, &asked, &writes, &err),
			 -1);
	assert_int_equal(err.code, ERROR_LUN_CONTENT);
	assert_non_null(strstr(err.text, "snapshots=drop"));
	assert_int_equal(writes, 0);
	assert_int_equal(asked.accepted, 0);
	sr_free(&sr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary),
		cmocka_unit_test(test_label_sectors),
		cmocka_unit_test(test_areas),
		cmocka_unit_test(test_no_mgt),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_full_ring),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_same_uuid_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
