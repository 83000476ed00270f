// SPDX-License-Identifier: LGPL-2.1-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "format/vpd.h"

static const uint8_t standard[36] =
	"\0\0\5\2\37\0\0\0VENDOR  MODEL           1.0 ";
static const uint8_t list[] = { 0, 0, 0, 3, 0, 0x80, 0x83 };

struct page {
	uint8_t bytes[600];
	size_t len;
};

static void start(struct page *page)
{
	memset(page, 0, sizeof(*page));
	page->bytes[1] = 0x83;
	page->len = 4;
}

/* `kind` is the second byte: association and type. */
static void add(struct page *page, uint8_t code_set, uint8_t kind,
		const void *id, uint8_t len)
{
	uint8_t *d = page->bytes + page->len;

	d[0] = code_set;
	d[1] = kind;
	d[3] = len;
	memcpy(d + 4, id, len);
	page->len += 4u + len;
	put_be16(page->bytes + 2, (uint16_t)(page->len - 4));
}

/* Parsed from memory of just its size, so that ASan sees one byte too many. */
static void parse_len(const struct page *page, size_t len,
		      struct lun_names *names)
{
	uint8_t *copy = malloc(len ? len : 1);
	const struct vpd_pages pages = { {
		[VPD_STANDARD] = { standard, sizeof(standard) },
		[VPD_LIST] = { list, sizeof(list) },
		[VPD_IDS] = { copy, len },
	} };

	memcpy(copy, page->bytes, len);
	memset(names, '!', sizeof(*names));
	vpd_names(&pages, names);
	free(copy);
}

static void expect_len(const struct page *page, size_t len, const char *want)
{
	struct lun_names names;

	parse_len(page, len, &names);
	assert_string_equal(names.scsi_id.text, want);
	if (strlen(want) > 1)
		assert_string_equal(lun_names_best(&names), want);
}

static void expect(const struct page *page, const char *want)
{
	expect_len(page, page->len, want);
}

static void expect_none(const struct page *page)
{
	expect(page, "");
}

#define NAA6 "\x60\x01\x40\x50\x00\x00\x00\x00\xab\xcd\xef\x01\x23\x45\x67\x89"
#define NAA5 "\x50\x01\x40\x5f\x12\x34\x56\x78"
#define NAA2 "\x20\x01\x40\x5f\x12\x34\x56\x78"
#define EUI  "\x00\x25\x38\x5f\x12\x34\x56\x78"
#define T10  "IET     00010001"

static void test_each_kind(void **state)
{
	struct page page;

	(void)state;
	start(&page);
	add(&page, 1, 3, NAA6, 16);
	expect(&page, "36001405000000000abcdef0123456789");
	start(&page);
	add(&page, 1, 3, NAA5, 8);
	expect(&page, "35001405f12345678");
	start(&page);
	add(&page, 1, 2, EUI, 8);
	expect(&page, "20025385f12345678");
	start(&page);
	add(&page, 2, 1, T10, 16);
	expect(&page, "1IET_00010001");
	start(&page);
	add(&page, 1, 0, "\x12\xab", 2);
	expect(&page, "0VENDOR_MODEL_12ab");
	start(&page);
	add(&page, 2, 3, "600ABC", 6);
	expect(&page, "3600ABC");
}

/* From the worst to the best, so that each one has to win over all before. */
static void test_preference(void **state)
{
	struct page page;

	(void)state;
	start(&page);
	add(&page, 2, 0, "serial", 6);
	expect(&page, "0VENDOR_MODEL_serial");
	add(&page, 2, 1, T10, 16);
	expect(&page, "1IET_00010001");
	add(&page, 1, 1, "\xaa", 1);
	expect(&page, "1aa");
	add(&page, 1, 2, EUI, 8);
	expect(&page, "20025385f12345678");
	add(&page, 1, 3, NAA2, 8);
	expect(&page, "32001405f12345678");
	add(&page, 1, 3, NAA5, 8);
	expect(&page, "35001405f12345678");
	add(&page, 1, 3, NAA6, 16);
	expect(&page, "36001405000000000abcdef0123456789");
	/* the first of its kind */
	add(&page, 1, 3, "\x6f\x01\x40\x50", 4);
	expect(&page, "36001405000000000abcdef0123456789");
}

/* A page as tgt sends it. */
static void test_tgt(void **state)
{
	struct page page;

	(void)state;
	start(&page);
	add(&page, 2, 1,
	    "IET     00010001\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 36);
	expect(&page, "1IET_00010001");
	add(&page, 1, 3, "\x30\0\0\0\0\1\0\1", 8);
	expect(&page, "33000000000010001");
	add(&page, 1, 3, "\x60\0\0\0\0\0\0\0\x0e\0\0\0\0\1\0\1", 16);
	expect(&page, "360000000000000000e00000000010001");
}

static void test_not_of_the_lun(void **state)
{
	struct page page;

	(void)state;
	start(&page);
	add(&page, 1, 0x10 | 3, NAA5, 8); /* of the target port */
	add(&page, 1, 0x20 | 3, NAA5, 8); /* of the target device */
	add(&page, 1, 0x14, "\0\0\0\1", 4);
	add(&page, 1, 0x15, "\0\0\0\1", 4);
	add(&page, 1, 5, "\0\0\0\1", 4);
	add(&page, 3, 8, "iqn.x", 5);
	add(&page, 3, 3, NAA5, 8); /* UTF-8: no NAA has that */
	expect_none(&page);
	add(&page, 1, 0x80, "\1", 1); /* PIV set, vendor specific */
	expect(&page, "0VENDOR_MODEL_01");
}

static void test_white_space(void **state)
{
	struct page page;

	(void)state;
	start(&page);
	add(&page, 2, 1, " a \t b\n\r c  ", 12);
	expect(&page, "1_a_b_c");
	start(&page);
	add(&page, 2, 1, "ab\0cd", 5);
	expect(&page, "1ab");
	start(&page);
	add(&page, 2, 1, "ab \0cd", 6);
	expect(&page, "1ab");
	start(&page);
	add(&page, 2, 1, "        ", 8);
	expect(&page, "1");
}

static void test_truncated(void **state)
{
	struct page page;

	(void)state;
	start(&page);
	add(&page, 2, 1, T10, 16);
	add(&page, 1, 3, NAA6, 16);
	expect(&page, "36001405000000000abcdef0123456789");
	/* the NAA designator is cut off: the T10 one is what is left */
	for (size_t len = page.len - 1; len >= 24; len--)
		expect_len(&page, len, "1IET_00010001");
	for (size_t len = 0; len < 24; len++)
		expect_len(&page, len, "");
	/* the same by the page's own word */
	put_be16(page.bytes + 2, 20);
	expect(&page, "1IET_00010001");
	put_be16(page.bytes + 2, 0);
	expect(&page, "");
	/* and a page that claims more than there is */
	put_be16(page.bytes + 2, 0xffff);
	expect(&page, "36001405000000000abcdef0123456789");
}

static void test_not_page_83(void **state)
{
	struct page page;

	(void)state;
	start(&page);
	add(&page, 1, 3, NAA5, 8);
	page.bytes[1] = 0x80;
	expect_none(&page);
	page.bytes[1] = 0x83;
	expect(&page, "35001405f12345678");
	start(&page);
	expect_none(&page);
	add(&page, 1, 3, "", 0); /* identifies nothing */
	expect_none(&page);
}

static void test_longest(void **state)
{
	uint8_t bytes[255];
	char want[SCSI_ID_SIZE];
	struct page page;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	memset(want, 'x', sizeof(want));
	want[0] = '1';
	want[247] = '\0';
	start(&page);
	add(&page, 2, 1, bytes, 247); /* one beyond what scsi_id reads */
	expect_none(&page);
	start(&page);
	add(&page, 2, 1, bytes, 246);
	expect(&page, want);
	start(&page);
	add(&page, 1, 1, bytes, 128); /* 257 characters */
	expect_none(&page);
	start(&page);
	add(&page, 2, 0, bytes, 231);
	expect_none(&page);
}

static void test_scsi2(void **state)
{
	static const struct page page = {
		{ 0, 0x83, 0,	 16, 0x60, 0x06, 0x04, 0x80, 0,	   0,
		  1, 0x87, 0x70, 0,  0,	   0x53, 0x30, 0x30, 0x33, 0x30 },
		20
	};

	(void)state;
	expect(&page, "360060480000001877000005330303330");
}

/* ---- the other pages ---- */

static struct lun_names read(const struct vpd_pages *pages)
{
	struct lun_names names;

	vpd_names(pages, &names);
	return names;
}

static void test_serial(void **state)
{
	uint8_t page[] = { 0, 0x80, 0, 4, 'A', ' ', 'B', ' ' };
	struct vpd_pages pages = { {
		[VPD_STANDARD] = { standard, sizeof(standard) },
		[VPD_LIST] = { list, sizeof(list) },
		[VPD_SERIAL] = { page, sizeof(page) },
	} };

	(void)state;
	assert_string_equal(read(&pages).scsi_id.text, "SVENDOR_MODEL_A_B");
	pages.answers[VPD_SERIAL].len = 7;
	assert_string_equal(read(&pages).scsi_id.text, "");
	pages.answers[VPD_SERIAL].len = 8;
	page[3] = 0;
	assert_string_equal(read(&pages).scsi_id.text, "");
	page[3] = 4;
	page[1] = 0x83;
	assert_string_equal(read(&pages).scsi_id.text, "");
	page[1] = 0x80;
	pages.answers[VPD_STANDARD].len = 31;
	assert_string_equal(read(&pages).scsi_id.text, "");
	assert_null(lun_names_next(&(struct lun_names){ .all = "" }, NULL));
}

/* Page 0 decides what scsi_id takes; the other names are names all the same. */
static void test_list(void **state)
{
	static const uint8_t only_serial[] = { 0, 0, 0, 2, 0, 0x80 };
	static const uint8_t serial[] = { 0, 0x80, 0, 2, 'A', 'B' };
	uint8_t is_standard[36];
	struct page ids;
	struct vpd_pages pages = { {
		[VPD_STANDARD] = { standard, sizeof(standard) },
		[VPD_LIST] = { only_serial, sizeof(only_serial) },
		[VPD_SERIAL] = { serial, sizeof(serial) },
	} };
	struct lun_names names;

	(void)state;
	start(&ids);
	add(&ids, 1, 3, NAA5, 8);
	pages.answers[VPD_IDS] = (struct vpd_page){ ids.bytes, ids.len };
	names = read(&pages);
	assert_string_equal(names.scsi_id.text, "SVENDOR_MODEL_AB");
	assert_string_equal(names.old_scsi_id.text, "SVENDOR_MODEL_AB");
	assert_string_equal(lun_names_best(&names), "35001405f12345678");
	assert_true(lun_names_have(&names, "svendor_model_ab"));

	/* No page 0 that is one: nothing is printed. */
	memcpy(is_standard, standard, sizeof(is_standard));
	is_standard[1] = 0;
	is_standard[3] = 31;
	pages.answers[VPD_LIST] = (struct vpd_page){ is_standard, 36 };
	names = read(&pages);
	assert_string_equal(names.scsi_id.text, "");
	assert_string_equal(lun_names_best(&names), "35001405f12345678");
	pages.answers[VPD_LIST].len = 0;
	assert_string_equal(read(&pages).scsi_id.text, "");

	/* 0x83 is listed, but has nothing for us. */
	pages.answers[VPD_LIST] = (struct vpd_page){ list, sizeof(list) };
	assert_string_equal(read(&pages).scsi_id.text, "35001405f12345678");
	ids.bytes[5] = 0x13;
	assert_string_equal(read(&pages).scsi_id.text, "SVENDOR_MODEL_AB");
}

/* Before systemd 243 scsi_id took the low byte of the length. */
static void test_long_page(void **state)
{
	char iqn[210];
	struct lun_names names;
	struct page page;

	(void)state;
	memset(iqn, 'i', sizeof(iqn));
	start(&page);
	add(&page, 2, 1, T10, 16);
	add(&page, 3, 8, iqn, 200);
	add(&page, 1, 3, NAA6, 16);
	add(&page, 1, 0x14, "\0\0\0\1", 4);
	add(&page, 1, 0x15, "\0\0\0\1", 4);
	assert_int_equal(page.len, 4 + 0x104);
	parse_len(&page, page.len, &names);
	assert_string_equal(names.scsi_id.text,
			    "36001405000000000abcdef0123456789");
	assert_string_equal(names.old_scsi_id.text, "1IET_00010001");
	assert_true(lun_names_have(&names, names.old_scsi_id.text));
}

static void test_all_names(void **state)
{
	static const char *const want[] = {
		"36001405000000000abcdef0123456789",
		"35001405f12345678",
		"20025385f12345678",
		"1IET_00010001",
		"0VENDOR_MODEL_12ab",
		"8naa.6001405",
	};
	const char *name = NULL;
	struct lun_names names;
	struct page page;

	(void)state;
	start(&page);
	add(&page, 3, 8, "naa.6001405", 11);
	add(&page, 1, 0, "\x12\xab", 2);
	add(&page, 1, 2, EUI, 8);
	add(&page, 1, 3, NAA5, 8);
	add(&page, 2, 1, T10, 16);
	add(&page, 1, 3, NAA5, 8);
	add(&page, 1, 3, NAA6, 16);
	add(&page, 2, 1, "    ", 4); /* names nothing */
	parse_len(&page, page.len, &names);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		name = lun_names_next(&names, name);
		assert_non_null(name);
		assert_string_equal(name, want[i]);
	}
	assert_null(lun_names_next(&names, name));
}

static void test_inquiry(void **state)
{
	uint8_t data[36] = "\0\0\5\2\37\0\0\0VENDOR  MODEL           1.0 ";

	(void)state;
	assert_true(scsi_inquiry_is_disk(data, 1));
	assert_false(scsi_inquiry_is_disk(data, 0));
	data[0] = 0x7f; /* no such LUN */
	assert_false(scsi_inquiry_is_disk(data, 1));
	data[0] = 0x20; /* could be a disk, but is not connected */
	assert_false(scsi_inquiry_is_disk(data, 1));
	data[0] = 0x0c; /* a storage array's controller */
	assert_false(scsi_inquiry_is_disk(data, 1));
}

/* The most that a page can hold: all of it is kept. */
static void test_most_names(void **state)
{
	struct lun_names names;
	const char *name = NULL;
	struct page page;
	size_t n = 0;

	(void)state;
	start(&page);
	for (uint8_t i = 0; page.len + 5 <= VPD_PAGE_LEN; i++)
		add(&page, 1, 0, &i, 1);
	parse_len(&page, page.len, &names);
	while ((name = lun_names_next(&names, name)))
		n++;
	assert_int_equal(n, 50);
}

/* Any bytes at all: only what ASan and UBSan say counts. */
static void test_noise(void **state)
{
	struct lun_names names;
	struct page page;
	uint32_t x = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		for (size_t i = 0; i < VPD_PAGE_LEN; i++) {
			x = x * 1664525 + 1013904223;
			page.bytes[i] =
				(uint8_t)(x >> 24 & (x >> 20 & 8 ? 255 : 3));
		}
		page.bytes[1] = 0x83;
		page.bytes[6] = 0;
		parse_len(&page, x % VPD_PAGE_LEN, &names);
		assert_true(strlen(names.scsi_id.text) < SCSI_ID_SIZE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind),
		cmocka_unit_test(test_preference),
		cmocka_unit_test(test_tgt),
		cmocka_unit_test(test_not_of_the_lun),
		cmocka_unit_test(test_white_space),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_not_page_83),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_scsi2),
		cmocka_unit_test(test_serial),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_long_page),
		cmocka_unit_test(test_all_names),
		cmocka_unit_test(test_most_names),
		cmocka_unit_test(test_inquiry),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
