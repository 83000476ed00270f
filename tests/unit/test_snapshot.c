// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a snapshot makes of a LUN, and one thing at a time that it refuses.
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
#include "sr/snapshot.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

static int load_size(struct sr *sr, uint64_t size, uint32_t block,
		     struct snapshot *snap, struct error *err)
{
	struct lun *lun;
	int failed;

	memset(err, 0, sizeof(*err));
	assert_int_equal(lun_memory_open(sr->bytes, size, block, &lun, err), 0);
	failed = load_snapshot(lun, NULL, snap, err);
	lun_close(lun);
	return failed;
}

static void refused(struct sr *sr, const char *words)
{
	struct snapshot snap = { .lun_size = 77 };
	struct error err;

	assert_int_equal(load_size(sr, SR_SIZE, 512, &snap, &err), -1);
	assert_int_equal(err.code, ERROR_LUN_CONTENT);
	if (!strstr(err.text, words))
		fail_msg("'%s' is not in '%s'", words, err.text);
	assert_int_equal(snap.lun_size, 77);
}

static void accepted(struct sr *sr)
{
	struct snapshot snap;
	struct error err;

	if (load_size(sr, SR_SIZE, 512, &snap, &err))
		fail_msg("%s", err.text);
	snapshot_free(&snap);
}

static void seal_mda(struct sr *sr)
{
	sr_seal_mda(sr->bytes + SR_MDA_AT);
}

/* The LV of this name, or NULL. */
static const struct lvm_lv *find_lv(const struct lvm_vg *vg, const char *name)
{
	for (uint32_t i = 0; i < vg->lv_count; i++) {
		if (strcmp(vg->lvs[i].name, name) == 0)
			return &vg->lvs[i];
	}
	return NULL;
}

static const struct snapshot_lv *lv_of(const struct snapshot *snap,
				       const char *name)
{
	const struct lvm_lv *lv = find_lv(&snap->vg, name);

	assert_non_null(lv);
	return &snap->lvs[lv - snap->vg.lvs];
}

static void test_ordinary(void **state)
{
	const struct snapshot_lv *lv;
	struct uuid base, child;
	struct snapshot snap;
	struct error err;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	uuid_from_text(BASE_UUID, &base);
	uuid_from_text(CHILD_UUID, &child);
	for (uint32_t block = 512; block <= 4096; block *= 8) {
		assert_int_equal(load_size(&sr, SR_SIZE, block, &snap, &err),
				 0);
		assert_string_equal(snap.text, sr.text);
		assert_int_equal(snap.mgt.vdi_count, 5);
		lv = lv_of(&snap, "VHD-" BASE_UUID);
		assert_true(lv->is_image && lv->has_header && !lv->has_parent);
		assert_true(uuid_equal(&lv->vdi, &base));
		lv = lv_of(&snap, "VHD-" CHILD_UUID);
		assert_true(lv->has_parent && uuid_equal(&lv->parent, &base));
		lv = lv_of(&snap, "VHD-" OTHER_UUID);
		assert_true(lv->has_parent && uuid_equal(&lv->parent, &base));
		lv = lv_of(&snap, BASE_UUID ".cbtlog");
		assert_true(uuid_equal(&lv->cbt_child, &child));
		assert_true(uuid_is_zero(&lv->cbt_parent));
		lv = lv_of(&snap, "clone_" CHILD_UUID);
		assert_int_equal(lv->value_at, 3);
		assert_int_equal(lv->value_len, 73);
		lv = lv_of(&snap, "relink_" OTHER_UUID "_1");
		assert_int_equal(lv->value_len, 0);
		lv = lv_of(&snap, "hb-" HOST_UUID);
		assert_int_equal(lv->kind, LV_FOREIGN);
		snapshot_free(&snap);
		snapshot_free(&snap);
	}
	sr_free(&sr);
}

/* One block after another, in any order: the same in the end, and never more
 * wanted than is needed. */
static void test_block_by_block(void **state)
{
	struct want_list wants = { 0 };
	struct snapshot snap;
	unsigned rounds = 0;
	struct error err;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	snapshot_init(&snap, SR_SIZE, 512);
	for (;; rounds++) {
		uint8_t block[512];
		uint64_t at;

		assert_int_equal(snapshot_parse(&snap, &wants, &err), 0);
		if (!wants.count)
			break;
		/* The first block of the last want that is not there yet. */
		at = wants.items[wants.count - 1].offset / 512 * 512;
		while (image_get(&snap.image, at, block, 512))
			at += 512;
		image_put(&snap.image, at, sr.bytes + at, 512);
	}
	assert_in_range(rounds, 20, 150);
	assert_int_equal(rounds, snap.image.count);
	assert_int_equal(snap.vg.lv_count, 10);
	assert_int_equal(snap.mgt.vdi_count, 5);
	want_list_free(&wants);
	snapshot_free(&snap);
	sr_free(&sr);
}

static void test_areas(void **state)
{
	const struct sr_options two = { .mda_count = 2 };
	const struct sr_options ignored = { .mda_count = 2,
					    .first_ignored = true };
	struct snapshot snap;
	struct error err;
	char *newer;
	struct sr sr;

	(void)state;
	sr_make(&sr, &ignored);
	assert_int_equal(load_size(&sr, SR_SIZE, 512, &snap, &err), 0);
	assert_int_equal(snap.newest_mda, 1);
	snapshot_free(&snap);
	sr_free(&sr);

	/* The one with the higher seqno counts, wherever it is. */
	sr_make(&sr, &two);
	newer = strdup(sr.text);
	memcpy(strstr(newer, "seqno = 42"), "seqno = 43", 10);
	sr_put_text(sr.bytes, SR_MDA2_AT, SR_MDA2_SIZE, 512, newer, 0);
	assert_int_equal(load_size(&sr, SR_SIZE, 512, &snap, &err), 0);
	assert_int_equal(snap.newest_mda, 1);
	assert_int_equal(snap.vg.seqno, 43);
	snapshot_free(&snap);
	memcpy(strstr(newer, "seqno = 43"), "seqno = 41", 10);
	sr_put_text(sr.bytes, SR_MDA2_AT, SR_MDA2_SIZE, 512, newer, 0);
	assert_int_equal(load_size(&sr, SR_SIZE, 512, &snap, &err), 0);
	assert_int_equal(snap.newest_mda, 0);
	snapshot_free(&snap);
	free(newer);
	sr_free(&sr);
}

static void test_no_area(void **state)
{
	static const uint64_t none[][2] = { { SR_PE_START, 0 },
					    { 0, 0 },
					    { 0, 0 } };
	static const uint64_t outside[][2] = { { 0, 0 },
					       { SR_SIZE, 4096 },
					       { 0, 0 } };
	static const uint64_t early[][2] = { { 0, 0 },
					     { 1536, 4096 },
					     { 0, 0 } };
	static const uint64_t last[][2] = { { 0, 0 },
					    { SR_SIZE - 511, 4096 },
					    { 0, 0 } };
	static const uint64_t same[][2] = {
		{ 0, 0 }, { SR_MDA_AT, 4096 }, { SR_MDA_AT, 4096 }, { 0, 0 }
	};
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	sr_put_label(sr.bytes + 512, 1, none, 3);
	memset(sr.bytes, 0, 512);
	refused(&sr, "no metadata area");
	sr_put_label(sr.bytes + 512, 1, outside, 3);
	refused(&sr, "outside this LUN");
	sr_put_label(sr.bytes + 512, 1, early, 3);
	refused(&sr, "outside this LUN");
	sr_put_label(sr.bytes + 512, 1, last, 3);
	refused(&sr, "outside this LUN");
	sr_put_label(sr.bytes + 512, 1, same, 4);
	refused(&sr, "overlap");
	sr_free(&sr);
}

static void test_text(void **state)
{
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	sr.bytes[SR_MDA_AT + 512 + 100] ^= 1;
	refused(&sr, "checksum");
	sr.bytes[SR_MDA_AT + 512 + 100] ^= 1;
	accepted(&sr);
	put_le64(sr.bytes + SR_MDA_AT + 40, 0);
	seal_mda(&sr);
	refused(&sr, "belongs to no VG");
	put_le64(sr.bytes + SR_MDA_AT + 40, 512);
	sr.bytes[SR_MDA_AT + 60] = 1;
	seal_mda(&sr);
	refused(&sr, "belongs to no VG");
	sr_free(&sr);
}

static void with_text(const char *old, const char *new, const char *words)
{
	char *text, *at;
	struct sr sr;

	assert_int_equal(strlen(old), strlen(new));
	sr_make(&sr, NULL);
	text = strdup(sr.text);
	at = strstr(text, old);
	assert_non_null(at);
	memcpy(at, new, strlen(new));
	sr_set_text(&sr, text);
	if (words)
		refused(&sr, words);
	else
		accepted(&sr);
	free(text);
	sr_free(&sr);
}

static void test_layout(void **state)
{
	(void)state;
	with_text("PvPvPv-", "PvPvPw-", "no longer a PV of that VG");
	with_text("pe_start = 128", "pe_start =   3", "beside the LVM label");
	with_text("pe_start = 128", "pe_start = 127", "among the LVs' data");
	with_text("pe_start = 128", "pe_start = 272", "cut off");
	with_text("/dev/sdb", "/dev/sdc", NULL);
}

static void test_cut_off(void **state)
{
	struct snapshot snap;
	struct error err;
	struct sr sr;

	(void)state;
	/* The last LV ends with extent 30. */
	sr_make(&sr, NULL);
	assert_int_equal(load_size(&sr, SR_AT(31), 512, &snap, &err), 0);
	snapshot_free(&snap);
	assert_int_equal(load_size(&sr, SR_AT(31) - 512, 512, &snap, &err), -1);
	assert_non_null(strstr(err.text, "cut off"));
	for (uint64_t size = 512; size < SR_AT(31); size += 512) {
		assert_int_equal(load_size(&sr, size, 512, &snap, &err), -1);
		assert_int_equal(err.code, ERROR_LUN_CONTENT);
	}
	sr_free(&sr);
}

static void test_vhd(void **state)
{
	struct snapshot snap;
	struct error err;
	uint8_t *vhd;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	vhd = sr.bytes + SR_AT(SR_CHILD);
	put_be64(vhd + 16, 2 * SR_EXTENT - 1023);
	sr_seal_footer(vhd);
	refused(&sr, "header lies outside");
	put_be64(vhd + 16, UINT64_MAX);
	sr_seal_footer(vhd);
	refused(&sr, "header lies outside");
	put_be64(vhd + 16, 512);
	sr_seal_footer(vhd);
	vhd[512 + 100] ^= 1;
	refused(&sr, "LV VHD-" CHILD_UUID);
	vhd[512 + 100] ^= 1;
	put_be64(vhd + 512 + 576 + 16, 2 * SR_EXTENT - 48);
	sr_seal_vhd(vhd + 512);
	refused(&sr, "locator lies outside");
	put_be64(vhd + 512 + 576 + 16, 2 * SR_EXTENT - 49);
	sr_seal_vhd(vhd + 512);
	accepted(&sr);
	/* Without a parent a broken header says nothing. */
	vhd = sr.bytes + SR_AT(SR_BASE);
	vhd[512 + 100] ^= 1;
	accepted(&sr);
	/* No VHD at all. */
	memset(sr.bytes + SR_AT(SR_CHILD), 0, 2048);
	assert_int_equal(load_size(&sr, SR_SIZE, 512, &snap, &err), 0);
	assert_false(lv_of(&snap, "VHD-" CHILD_UUID)->is_image);
	snapshot_free(&snap);
	/* Another image than its name says. */
	memcpy(sr.bytes + SR_AT(SR_CHILD), "QFI\xfb", 4);
	refused(&sr, "VHD-" CHILD_UUID);
	sr_free(&sr);
}

static void expect_child(struct sr *sr, bool has_footer, bool is_last)
{
	const struct snapshot_lv *lv;
	struct snapshot snap;
	struct uuid base;
	struct error err;

	uuid_from_text(BASE_UUID, &base);
	assert_int_equal(load_size(sr, SR_SIZE, 512, &snap, &err), 0);
	lv = lv_of(&snap, "VHD-" CHILD_UUID);
	assert_true(lv->is_image && lv->is_child && lv->has_header);
	assert_int_equal(lv->has_footer, has_footer);
	assert_int_equal(lv->footer_is_last, is_last);
	assert_true(lv->has_parent && uuid_equal(&lv->parent, &base));
	assert_false(lv->names_differ);
	assert_int_equal(lv->name_count, 4);
	snapshot_free(&snap);
}

/* libvhd goes by the footer at the end, and by the locators. */
static void test_vhd_without_head(void **state)
{
	uint8_t *vhd, *last;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	vhd = sr.bytes + SR_AT(SR_CHILD);
	last = vhd + 2 * SR_EXTENT - 512;
	expect_child(&sr, true, false);
	memcpy(last, vhd, 512);
	vhd[70] ^= 1; /* a copy with a wrong checksum */
	expect_child(&sr, true, true);
	memset(vhd, 0, 512);
	expect_child(&sr, true, true);
	memmove(last - 7 * 512, last, 512);
	memset(last, 0, 512);
	expect_child(&sr, true, true);
	last[-7 * 512 + 70] ^= 1;
	expect_child(&sr, false, false);
	/* the name in the header is not needed */
	memset(vhd + 512 + 64, 0, 512);
	sr_seal_vhd(vhd + 512);
	expect_child(&sr, false, false);
	/* and then a header that is not sound cannot be told from one that
	 * names a parent */
	vhd[512 + 700] ^= 1;
	refused(&sr, "VHD-" CHILD_UUID);
	sr_free(&sr);
}

static void test_names_differ(void **state)
{
	struct snapshot snap;
	struct error err;
	struct sr sr;
	char *name;

	(void)state;
	sr_make(&sr, NULL);
	name = (char *)sr.bytes + SR_AT(SR_CHILD) + 2048;
	memcpy(strstr(name, BASE_UUID), OTHER_UUID, UUID_TEXT_LEN);
	assert_int_equal(load_size(&sr, SR_SIZE, 512, &snap, &err), 0);
	assert_true(lv_of(&snap, "VHD-" CHILD_UUID)->names_differ);
	snapshot_free(&snap);
	sr_free(&sr);
}

/* A header that lies far behind, over the border of two segments' extents. */
static void test_far_header(void **state)
{
	struct snapshot snap;
	struct error err;
	uint8_t *vhd;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	vhd = sr.bytes + SR_AT(SR_CHILD);
	memcpy(vhd + 3584, vhd + 512, 1024);
	memset(vhd + 512, 0, 1024);
	/* Its locators lie where it is now: they go elsewhere. */
	sr_put_vhd(vhd + 4608, "VHD-" BASE_UUID);
	put_be64(vhd + 3584 + 576 + 16, 4608 + 2048);
	put_be64(vhd + 3584 + 600 + 16, 4608 + 2560);
	put_be64(vhd + 3584 + 624 + 16, 4608 + 3072);
	sr_seal_vhd(vhd + 3584);
	put_be64(vhd + 16, 3584);
	sr_seal_footer(vhd);
	assert_int_equal(load_size(&sr, SR_SIZE, 512, &snap, &err), 0);
	assert_true(lv_of(&snap, "VHD-" CHILD_UUID)->has_parent);
	snapshot_free(&snap);
	sr_free(&sr);
}

static void test_mgt(void **state)
{
	struct snapshot snap;
	struct error err;
	struct sr sr;

	(void)state;
	sr_make(&sr, NULL);
	sr.bytes[SR_AT(SR_MGT_1)] = 'x';
	assert_int_equal(load_size(&sr, SR_SIZE, 512, &snap, &err), 0);
	assert_true(snap.mgt_header.broken);
	assert_int_equal(snap.mgt.vdi_count, 0);
	snapshot_free(&snap);
	memset(sr.bytes + SR_AT(SR_MGT_1), 0, 512);
	assert_int_equal(load_size(&sr, SR_SIZE, 512, &snap, &err), 0);
	assert_non_null(snap.mgt_lv);
	assert_int_equal(snap.mgt.vdi_count, 0);
	snapshot_free(&snap);
	memcpy(sr.bytes + SR_AT(SR_MGT_1), "XSSM:9999999999:1:2", 19);
	accepted(&sr);
	sr_free(&sr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary),
		cmocka_unit_test(test_block_by_block),
		cmocka_unit_test(test_areas),
		cmocka_unit_test(test_no_area),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_vhd),
		cmocka_unit_test(test_vhd_without_head),
		cmocka_unit_test(test_names_differ),
		cmocka_unit_test(test_far_header),
		cmocka_unit_test(test_mgt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
