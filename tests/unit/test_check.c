// SPDX-License-Identifier: LGPL-2.1-only
/*
 * verify: each fault is found, by its name, in an SR that is else sound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "tests/unit/lun_memory.h"
#include "report/check.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

static void load(struct sr *sr, struct snapshot *snap)
{
	struct error err;
	struct lun *lun;

	assert_int_equal(lun_memory_open(sr->bytes, SR_SIZE, 512, &lun, &err),
			 0);
	if (load_snapshot(lun, NULL, snap, &err))
		fail_msg("%s", err.text);
	lun_close(lun);
}

/* The findings of this weight in an SR that `spoil` has changed. */
static size_t find(void (*spoil)(struct sr *sr), enum finding_weight weight,
		   const char *where, const char *text)
{
	struct findings findings = { 0 };
	struct snapshot snap;
	struct sr sr;
	size_t n = 0;

	sr_make(&sr, NULL);
	if (spoil)
		spoil(&sr);
	load(&sr, &snap);
	check_sr(&snap, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *f = &findings.items[i];

		n += f->weight == weight && strstr(f->where, where) &&
		     strstr(f->what, text);
	}
	findings_free(&findings);
	snapshot_free(&snap);
	sr_free(&sr);
	return n;
}

/* A footer as libvhd would leave it: uuid, and checksum. */
static void seal_footer(uint8_t *vhd, uint8_t uuid)
{
	uint32_t sum = 0;

	vhd[68] = uuid;
	put_be32(vhd + 64, 0);
	for (int i = 0; i < 512; i++)
		sum += vhd[i];
	put_be32(vhd + 64, ~sum);
}

/* The builder leaves out what a resign does not read. */
static void make_sound(struct sr *sr)
{
	static const int children[] = { SR_CHILD, SR_OTHER };

	seal_footer(sr->bytes + SR_AT(SR_BASE), 0xba);
	for (size_t i = 0; i < 2; i++) {
		uint8_t *child = sr->bytes + SR_AT(children[i]);

		seal_footer(child, (uint8_t)(i + 1));
		memset(child + 512 + 40, 0, 16);
		child[512 + 40] = 0xba; /* the parent's footer */
		sr_seal_vhd(child + 512);
	}
}

static void break_footer(struct sr *sr)
{
	make_sound(sr);
	sr->bytes[SR_AT(SR_CHILD) + 100] ^= 1;
}

static void break_parent_uuid(struct sr *sr)
{
	uint8_t *child = sr->bytes + SR_AT(SR_CHILD);

	make_sound(sr);
	child[512 + 41] ^= 1;
	sr_seal_vhd(child + 512);
}

/* The child of a VDI that is nowhere. */
static void lose_parent(struct sr *sr)
{
	sr_put_vhd(sr->bytes + SR_AT(SR_CHILD), "VHD-" HOST_UUID);
}

static void name_another_sr(struct sr *sr)
{
	/* device-mapper's form, with the dashes doubled */
	sr_put_vhd(sr->bytes + SR_AT(SR_CHILD),
		   "VG_XenStorage--99999999--aaaa--4999--8999--0123456789ab-"
		   "VHD--22222222--bbbb--4222--8222--0123456789ab");
}

static void be_own_parent(struct sr *sr)
{
	sr_put_vhd(sr->bytes + SR_AT(SR_CHILD), "VHD-" CHILD_UUID);
}

static void of_another_sr(struct sr *sr)
{
	char *mgt = (char *)sr->bytes + SR_AT(SR_MGT_1) + 512;
	char *uuid = memmem(mgt, 512, SR_UUID, 36);

	assert_non_null(uuid);
	uuid[0] = '9';
}

static void test_sound(void **state)
{
	(void)state;
	assert_int_equal(find(make_sound, FINDING_ERROR, "", ""), 0);
}

static void test_footer(void **state)
{
	(void)state;
	assert_int_equal(find(break_footer, FINDING_ERROR, "VHD-" CHILD_UUID,
			      "checksum"),
			 1);
	assert_int_equal(find(break_footer, FINDING_ERROR, "", ""), 1);
}

static void test_parent_uuid(void **state)
{
	(void)state;
	assert_int_equal(find(break_parent_uuid, FINDING_ERROR,
			      "VHD-" CHILD_UUID, "VHD uuids differ"),
			 1);
	assert_int_equal(find(break_parent_uuid, FINDING_ERROR, "", ""), 1);
}

static void test_lost_parent(void **state)
{
	(void)state;
	assert_int_equal(find(lose_parent, FINDING_ERROR, "VHD-" CHILD_UUID,
			      HOST_UUID " is not on this LUN"),
			 1);
}

/* What a resign does not mend is said in its answer. */
static void test_lost_parent_of_clone(void **state)
{
	struct findings findings = { 0 };
	struct snapshot snap;
	struct plan plan = { .from = &snap };
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	load(&sr, &snap);
	check_warnings(&snap, &plan, FINDING_WARNING, &findings);
	for (size_t i = 0; i < findings.count; i++)
		assert_null(strstr(findings.items[i].what, "its parent"));
	findings_free(&findings);
	snapshot_free(&snap);
	lose_parent(&sr);
	load(&sr, &snap);
	check_warnings(&snap, &plan, FINDING_WARNING, &findings);
	assert_string_equal(findings.items[0].where, "VHD-" CHILD_UUID);
	assert_non_null(strstr(findings.items[0].what,
			       "parent " HOST_UUID " is not on the LUN"));
	findings_free(&findings);
	snapshot_free(&snap);
	sr_free(&sr);
}

static void test_other_sr(void **state)
{
	(void)state;
	/* in the header and each of the locators */
	assert_true(find(name_another_sr, FINDING_ERROR, "VHD-" CHILD_UUID,
			 "another SR, 99999999-aaaa") >= 2);
}

static void test_circle(void **state)
{
	(void)state;
	assert_int_equal(find(be_own_parent, FINDING_ERROR, "VHD-" CHILD_UUID,
			      "its own parent"),
			 1);
}

/* Its name holds no uuid: it is no VDI, and no member of a chain. */
static void rename_child(struct sr *sr)
{
	for (char *at = sr->text; (at = strstr(at, "VHD-" CHILD_UUID)); at++)
		at[4] = 'x';
	sr_set_text(sr, sr->text);
}

static void test_no_vdi(void **state)
{
	(void)state;
	assert_int_equal(
		find(rename_child, FINDING_ERROR, "VG", "holds no uuid"), 1);
}

static void test_mgt(void **state)
{
	(void)state;
	assert_int_equal(find(of_another_sr, FINDING_ERROR, "MGT", "it is of"),
			 1);
}

static void test_journal(void **state)
{
	struct journal_head journal = { .state = JOURNAL_NONE };
	struct findings findings = { 0 };

	(void)state;
	check_journal(&journal, &findings);
	assert_int_equal(findings.count, 0);
	journal.state = JOURNAL_CLAIMED;
	check_journal(&journal, &findings);
	assert_int_equal(findings_of(&findings, FINDING_ERROR), 0);
	journal.state = JOURNAL_COMMITTED;
	check_journal(&journal, &findings);
	journal.state = JOURNAL_DAMAGED;
	check_journal(&journal, &findings);
	assert_int_equal(findings_of(&findings, FINDING_ERROR), 2);
	findings_free(&findings);
}

static void test_duplicates(void **state)
{
	const char *const names[] = { "a", "b", "c" };
	const struct snapshot *snaps[3];
	struct snapshot other;
	size_t vdis = 0;
	struct findings findings = { 0 };
	struct snapshot snap;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	load(&sr, &snap);
	other = snap;
	for (uint32_t i = 0; i < snap.vdis.count; i++)
		vdis += snap.vdis.items[i].lv != VDI_NONE ||
			snap.vdis.items[i].log != VDI_NONE;
	snaps[0] = &snap;
	snaps[1] = NULL; /* could not be read */
	snaps[2] = NULL;
	check_duplicates(snaps, names, 3, &findings);
	assert_int_equal(findings.count, 0);
	snaps[2] = &other;
	check_duplicates(snaps, names, 3, &findings);
	/* SR, VG, PV, each VDI and each LV */
	assert_int_equal(findings.count, 3 + vdis + snap.vg.lv_count);
	assert_string_equal(findings.items[0].where, "a, c");
	findings_free(&findings);
	/* one VDI alone */
	other.vg.sr.bytes[0] ^= 1;
	other.vg.id.chars[0] = other.vg.pv_id.chars[0] = 'z';
	other.vg.lv_count = 0;
	other.vdis.count = 1;
	while (other.vdis.items->lv == VDI_NONE)
		other.vdis.items++;
	check_duplicates(snaps, names, 3, &findings);
	assert_int_equal(findings.count, 1);
	assert_non_null(strstr(findings.items[0].what, "VDI uuid"));
	findings_free(&findings);
	snapshot_free(&snap);
	sr_free(&sr);
}

static void repeat_record(struct sr *sr)
{
	make_sound(sr);
	sr_put_record(sr->bytes + SR_AT(SR_MGT_1) + 3072, "again", BASE_UUID,
		      "", false);
}

/* The first one counts; a free slot is none. */
static void test_two_records(void **state)
{
	const struct vdi *vdi;
	struct snapshot snap;
	struct uuid uuid;
	struct sr sr;

	(void)state;
	assert_int_equal(find(make_sound, FINDING_WARNING, "MGT", STALE_UUID),
			 0);
	assert_int_equal(find(repeat_record, FINDING_ERROR, "MGT",
			      BASE_UUID " has two records"),
			 1);
	sr_make(&sr, NULL);
	repeat_record(&sr);
	load(&sr, &snap);
	assert_true(uuid_from_text(BASE_UUID, &uuid));
	vdi = vdis_find_volume(&snap.vdis, &uuid);
	assert_non_null(vdi);
	assert_int_equal(vdi->record->record_at, 2048);
	assert_string_equal(snap.vg.lvs[vdi->lv].name, "VHD-" BASE_UUID);
	snapshot_free(&snap);
	sr_free(&sr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_footer),
		cmocka_unit_test(test_parent_uuid),
		cmocka_unit_test(test_lost_parent),
		cmocka_unit_test(test_lost_parent_of_clone),
		cmocka_unit_test(test_other_sr),
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_no_vdi),
		cmocka_unit_test(test_mgt),
		cmocka_unit_test(test_journal),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_two_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
