// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The label: where it may be, and each thing that can be wrong with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "format/lvm_label.h"
#include "tests/unit/sr_builder.h"

enum { DATA_AREAS = 72 };

static const uint64_t one_area[][2] = {
	{ SR_PE_START, 0 },
	{ 0, 0 },
	{ 4096, 10 << 20 },
	{ 0, 0 },
};

static uint8_t head[LVM_LABEL_SCAN_BYTES];

static void put(unsigned sector)
{
	memset(head, 0, sizeof(head));
	sr_put_label(head + 512 * sector, sector, one_area, 4);
}

static struct lvm_label found(void)
{
	struct lvm_label label;
	struct error err;

	if (lvm_label_find(head, &label, &err))
		fail_msg("%s", err.text);
	return label;
}

static void refused(const char *words)
{
	struct lvm_label label = { .sector = 77 };
	struct error err = { 0 };

	assert_int_equal(lvm_label_find(head, &label, &err), -1);
	assert_int_equal(err.code, ERROR_LUN_CONTENT);
	if (!strstr(err.text, words))
		fail_msg("'%s' is not in '%s'", words, err.text);
	assert_int_equal(label.sector, 77);
}

static void test_sectors(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct lvm_label label;

		put(i);
		label = found();
		assert_int_equal(label.sector, i);
		assert_memory_equal(label.pv_id.chars,
				    "PvPvPv0123456789abcdefghijklmnop", 32);
		assert_int_equal(label.mda_count, 1);
		assert_int_equal(label.mdas[0].offset, 4096);
		assert_int_equal(label.mdas[0].size, 10 << 20);
	}
}

/* A label in the wrong sector is passed over for one in its own. */
static void test_wrong_sector(void **state)
{
	(void)state;
	put(1);
	memmove(head, head + 512, 512);
	assert_int_equal(found().sector, 1);
	memset(head + 512, 0, 512);
	refused("another sector");
	put(1);
	put_le64(head + 512 + 8, 1 + (1ull << 32));
	refused("another sector");
}

/* Of two sound ones the first. */
static void test_first_counts(void **state)
{
	(void)state;
	put(1);
	sr_put_label(head + 1024, 2, one_area, 4);
	memset(head + 1024 + 32, 'x', 32);
	sr_seal_label(head + 1024);
	assert_int_equal(found().sector, 1);
	head[512 + 511] ^= 1;
	assert_int_equal(found().sector, 2);
	assert_int_equal(found().pv_id.chars[0], 'x');
}

/* Any byte that changes is noticed, but for those that make it no label. */
static void test_every_byte(void **state)
{
	(void)state;
	put(2);
	for (size_t i = 0; i < 512; i++) {
		head[1024 + i] ^= 0x20;
		refused(i < 8 ? "no LVM label" : "damaged");
		head[1024 + i] ^= 0x20;
		found();
	}
}

static void test_type(void **state)
{
	(void)state;
	put(1);
	memcpy(head + 512 + 24, "LVM1 001", 8);
	sr_seal_label(head + 512);
	refused("type");
}

static void test_pv_header_offset(void **state)
{
	static const uint32_t bad[] = { 0,   31,  473,	   511,
					512, 513, 1 << 16, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put(1);
		put_le32(head + 512 + 20, bad[i]);
		sr_seal_label(head + 512);
		refused("pv_header");
	}
	/* The last place with room for one, and none for its lists. */
	put(1);
	memcpy(head + 512 + 472, head + 512 + 32, 40);
	put_le32(head + 512 + 20, 472);
	sr_seal_label(head + 512);
	refused("runs past");
	/* With both lists empty it may lie just before the end. */
	put(1);
	memmove(head + 512 + 440, head + 512 + 32, 40);
	memset(head + 512 + 480, 0, 32);
	put_le32(head + 512 + 20, 440);
	sr_seal_label(head + 512);
	assert_int_equal(found().mda_count, 0);
	/* One byte on, and the end of the second list is outside. */
	put(1);
	memmove(head + 512 + 441, head + 512 + 32, 40);
	memset(head + 512 + 481, 0, 31);
	put_le32(head + 512 + 20, 441);
	sr_seal_label(head + 512);
	refused("runs past");
}

static void test_pv_id(void **state)
{
	(void)state;
	put(1);
	head[512 + 32 + 31] = '-';
	sr_seal_label(head + 512);
	refused("PV id");
}

static void put_areas(unsigned data, unsigned mdas)
{
	uint64_t areas[27][2] = { { 0 } };
	unsigned n = 0;

	for (unsigned i = 0; i < data; i++, n++)
		areas[n][0] = SR_PE_START + i;
	n++;
	for (unsigned i = 0; i < mdas; i++, n++) {
		areas[n][0] = 4096 * (i + 1);
		areas[n][1] = i;
	}
	memset(head, 0, sizeof(head));
	sr_put_label(head + 512, 1, (const uint64_t(*)[2])areas, n + 1);
}

static void test_counts(void **state)
{
	(void)state;
	put_areas(1, 0);
	assert_int_equal(found().mda_count, 0);
	put_areas(0, 1);
	assert_int_equal(found().mda_count, 1);
	put_areas(1, 2);
	assert_int_equal(found().mda_count, 2);
	assert_int_equal(found().mdas[1].offset, 8192);
	assert_int_equal(found().mdas[1].size, 1);
	put_areas(1, 3);
	refused("more than 2");
	/* 440 bytes of lists: 27 entries fit, ends included. */
	put_areas(24, 1);
	assert_int_equal(found().mda_count, 1);
	put_areas(23, 2);
	assert_int_equal(found().mda_count, 2);
}

/* Lists without an end, in the first and in the second. */
static void test_no_end(void **state)
{
	(void)state;
	put_areas(24, 1);
	for (size_t i = 512 + DATA_AREAS; i < 1024; i++)
		head[i] = 1;
	sr_seal_label(head + 512);
	refused("runs past");
	put_areas(24, 1);
	put_le64(head + 512 + DATA_AREAS + 26 * 16, 5);
	sr_seal_label(head + 512);
	refused("runs past");
}

static void test_extension(void **state)
{
	(void)state;
	put(1);
	memset(head + 512 + DATA_AREAS + 64, 0xff, 512 - DATA_AREAS - 64);
	sr_seal_label(head + 512);
	assert_int_equal(found().mda_count, 1);
}

static void test_set_pv_id(void **state)
{
	struct lvm_id id;
	uint8_t want[LVM_LABEL_SCAN_BYTES];
	struct lvm_label label;

	(void)state;
	put(3);
	label = found();
	memcpy(want, head, sizeof(want));
	memset(want + 1536 + 32, 'n', 32);
	sr_seal_label(want + 1536);
	memset(id.chars, 'n', sizeof(id.chars));
	lvm_label_set_pv_id(&label, &id, head + 1536);
	assert_memory_equal(head, want, sizeof(head));
}

static void test_other_content(void **state)
{
	(void)state;
	memset(head, 0, sizeof(head));
	refused("empty");
	head[510] = 0x55;
	head[511] = 0xaa;
	refused("boot sector");
	memcpy(head + 3, "NTFS    ", 8);
	refused("NTFS");
	memset(head, 0, sizeof(head));
	memcpy(head + 512, "EFI PART", 8);
	refused("GPT");
	memset(head, 0, sizeof(head));
	head[1080] = 0x53;
	head[1081] = 0xef;
	refused("ext2");
	memset(head, 0, sizeof(head));
	memcpy(head, "XFSB", 4);
	refused("XFS");
	memset(head, 1, sizeof(head));
	refused("not known");
}

/* LVM's own rule: then the disk is partitioned, and no PV. */
static void test_partitioned(void **state)
{
	static const uint64_t areas[][2] = {
		{ 1 << 20, 0 }, { 0, 0 }, { 4096, 1 << 20 }, { 0, 0 }
	};
	struct lvm_label label;
	struct error err;

	(void)state;
	memset(head, 0, sizeof(head));
	sr_put_label(head + 512, 1, areas, 4);
	head[510] = 0x55;
	head[511] = 0xaa;
	/* a boot sector with an empty table is none */
	assert_int_equal(lvm_label_find(head, &label, &err), 0);
	head[446 + 32 + 12] = 8;
	refused("partition");
	head[446 + 48] = 0x80;
	refused("partition");
	/* no flag that a partition can have */
	head[446 + 48] = 0x11;
	assert_int_equal(lvm_label_find(head, &label, &err), 0);
	/* a GPT, and a label behind it */
	memset(head, 0, sizeof(head));
	sr_put_label(head + 1024, 2, areas, 4);
	assert_int_equal(lvm_label_find(head, &label, &err), 0);
	memcpy(head + 512, "EFI PART", 8);
	refused("partition");
}

/* What else LVM passes a disk over for, by its first bytes. */
static void test_passed_over(void **state)
{
	static const uint64_t areas[][2] = {
		{ 1 << 20, 0 }, { 0, 0 }, { 4096, 1 << 20 }, { 0, 0 }
	};
	struct lvm_label label;
	struct error err;

	(void)state;
	memset(head, 0, sizeof(head));
	sr_put_label(head + 512, 1, areas, 4);
	memcpy(head, "\xfc\x4e\x2b\xa9", 4);
	refused("RAID");
	memcpy(head, "HM\1\0", 4);
	refused("LVM1");
	memcpy(head, "HM\2\0", 4);
	refused("LVM1");
	memcpy(head, "HM\3\0", 4);
	assert_int_equal(lvm_label_find(head, &label, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sectors),
		cmocka_unit_test(test_wrong_sector),
		cmocka_unit_test(test_partitioned),
		cmocka_unit_test(test_passed_over),
		cmocka_unit_test(test_first_counts),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_type),
		cmocka_unit_test(test_pv_header_offset),
		cmocka_unit_test(test_pv_id),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_no_end),
		cmocka_unit_test(test_extension),
		cmocka_unit_test(test_set_pv_id),
		cmocka_unit_test(test_other_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
