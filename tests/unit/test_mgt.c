// SPDX-License-Identifier: LGPL-2.1-only
/*
 * MGT: its header, every order of tags, and records that are not XML.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "format/mgt.h"
#include "tests/unit/sr_builder.h"

#define VOLUME (4u << 20)

static uint8_t sector[MGT_SECTOR];

static void put_header(const char *text)
{
	memset(sector, ' ', sizeof(sector));
	memcpy(sector, text, strlen(text));
}

static void takes(const char *text, uint64_t volume, uint32_t length)
{
	struct mgt_header header;

	put_header(text);
	mgt_parse_header(sector, volume, &header);
	if (header.broken)
		fail_msg("%s", text);
	assert_false(header.blank);
	assert_int_equal(header.length, length);
}

static void is_broken(const char *text)
{
	struct mgt_header header = { .length = 77 };

	put_header(text);
	mgt_parse_header(sector, VOLUME, &header);
	if (!header.broken)
		fail_msg("%s", text);
	assert_false(header.blank);
	assert_int_equal(header.length, 0);
}

static void test_header(void **state)
{
	(void)state;
	takes("XSSM:4096      :1:2", VOLUME, 4096);
	takes("XSSM:0         :1:2", VOLUME, 0);
	takes("XSSM:2047      :1:2", VOLUME, 2047);
	takes("XSSM:4194304   :1:2", VOLUME, VOLUME);
	takes("XSSM:0000004096:1:2", VOLUME, 4096);
	/* SM goes on, whatever the version is. */
	takes("XSSM:4096      :1:0", VOLUME, 4096);
	takes("XSSM:4096      :1:1", VOLUME, 4096);
	takes("XSSM:4096      :7:77", VOLUME, 4096);
	takes("XSSM:4096:1:2", VOLUME, 4096);
	takes("XSSM:   4096   :1:2", VOLUME, 4096);
	takes(" \n XSSM:\t4096\t:1:2", VOLUME, 4096);
	is_broken("XSSN:4096      :1:2");
	is_broken("\1XSSM:4096      :1:2");
	is_broken("XSSM:40x6      :1:2");
	is_broken("XSSM:-4096     :1:2");
	is_broken("XSSM:40 96     :1:2");
	is_broken("XSSM:          :1:2");
	is_broken("XSSM:4096");
	is_broken("nothing");
	is_broken("");
}

/* A length beyond the volume is read as far as the volume goes. */
static void test_length_beyond(void **state)
{
	(void)state;
	takes("XSSM:4194305   :1:2", VOLUME, VOLUME);
	takes("XSSM:9999999999:1:2", VOLUME, VOLUME);
	takes("XSSM:99999999999999999999999999999999:1:2", VOLUME, VOLUME);
	takes("XSSM:4097      :1:2", 4096, 4096);
	takes("XSSM:67108865  :1:2", 1ull << 40, MGT_MAX_SIZE);
}

static void test_blank(void **state)
{
	struct mgt_header header;
	struct mgt mgt;

	(void)state;
	memset(sector, 0, sizeof(sector));
	mgt_parse_header(sector, VOLUME, &header);
	assert_true(header.blank && !header.broken);
	assert_int_equal(header.length, 0);
	mgt_parse(sector, &header, &mgt);
	assert_false(mgt.has_sr);
	assert_int_equal(mgt.vdi_count, 0);
	mgt_free(&mgt);
	sector[511] = 1;
	mgt_parse_header(sector, VOLUME, &header);
	assert_true(header.broken);
}

/* ---- records ---- */

static uint8_t *bytes;
static struct mgt mgt;

/* Parses just `len` bytes: MGT's four sectors, and one record. */
static void parse(const char *first, const char *second, uint32_t len)
{
	const struct mgt_header header = { .length = len };
	uint8_t whole[4096];

	memset(whole, ' ', sizeof(whole));
	memcpy(whole + 512, "<uuid>" SR_UUID "</uuid>", 49);
	memcpy(whole + 2048, first, strlen(first));
	memcpy(whole + 2560, second, strlen(second));
	bytes = malloc(len ? len : 1);
	memcpy(bytes, whole, len);
	mgt_parse(bytes, &header, &mgt);
}

static void done(void)
{
	mgt_free(&mgt);
	free(bytes);
}

static void ref_is(const struct mgt_ref *ref, const char *text)
{
	struct uuid uuid;

	assert_true(uuid_from_text(text, &uuid));
	assert_true(uuid_equal(&ref->uuid, &uuid));
	assert_memory_equal(bytes + ref->at, text, UUID_TEXT_LEN);
}

#define UUID_TAG(u) "<uuid>" u "</uuid>"
#define OF_TAG(u)   "<snapshot_of>" u "</snapshot_of>"

static void test_record(void **state)
{
	const char *label;
	size_t len;

	(void)state;
	parse("<vdi><name_label>a &amp; b</name_label>",
	      "<is_a_snapshot>1</is_a_snapshot>" OF_TAG(
		      CHILD_UUID) "<managed>0</managed>" UUID_TAG(BASE_UUID) "<"
									     "d"
									     "e"
									     "l"
									     "e"
									     "t"
									     "e"
									     "d"
									     ">"
									     "0"
									     "<"
									     "/"
									     "d"
									     "e"
									     "l"
									     "e"
									     "t"
									     "e"
									     "d"
									     ">"
									     "<"
									     "/"
									     "v"
									     "d"
									     "i"
									     ">",
	      3072);
	assert_true(mgt.has_sr);
	ref_is(&mgt.sr, SR_UUID);
	assert_int_equal(mgt.vdi_count, 1);
	ref_is(&mgt.vdis[0].uuid, BASE_UUID);
	assert_true(mgt.vdis[0].has_snapshot_of);
	ref_is(&mgt.vdis[0].snapshot_of, CHILD_UUID);
	assert_true(mgt.vdis[0].is_a_snapshot);
	assert_false(mgt.vdis[0].managed);
	assert_false(mgt.vdis[0].deleted);
	assert_int_equal(bytes[mgt.vdis[0].deleted_at], '0');
	assert_int_equal(mgt.vdis[0].record_at, 2048);
	label = mgt_label(bytes, &mgt.vdis[0], &len);
	assert_int_equal(len, 9);
	assert_memory_equal(label, "a &amp; b", 9);
	done();
}

static void test_any_order(void **state)
{
	static const char *const tags[] = {
		UUID_TAG(BASE_UUID),
		OF_TAG(CHILD_UUID),
		"<is_a_snapshot>1</is_a_snapshot>",
		"<deleted>1</deleted>",
		"<unknown>x</unknown>",
	};

	(void)state;
	/* Every order of five. */
	for (unsigned n = 0; n < 5 * 4 * 3 * 2; n++) {
		bool used[5] = { false };
		char text[512] = "";
		unsigned left = n;

		for (unsigned i = 5; i > 0; i--) {
			unsigned nth = left % i, t = 0;

			left /= i;
			while (used[t] || nth-- > 0)
				t++;
			used[t] = true;
			strcat(text, tags[t]);
		}
		parse("<vdi>", text, 3072);
		assert_int_equal(mgt.vdi_count, 1);
		ref_is(&mgt.vdis[0].uuid, BASE_UUID);
		ref_is(&mgt.vdis[0].snapshot_of, CHILD_UUID);
		assert_true(mgt.vdis[0].is_a_snapshot && mgt.vdis[0].deleted);
		done();
	}
}

static void test_snapshot_of_none(void **state)
{
	static const char *const none[] = {
		"", "OpaqueRef:NULL", " ", "0",
		"22222222-bbbb-4222-8222-01234567"
	};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		char text[512];

		snprintf(text, sizeof(text),
			 UUID_TAG(BASE_UUID) "<snapshot_of>%s</snapshot_of>",
			 none[i]);
		parse("<vdi>", text, 3072);
		assert_int_equal(mgt.vdi_count, 1);
		assert_false(mgt.vdis[0].has_snapshot_of);
		done();
	}
	parse("<vdi>", UUID_TAG(BASE_UUID) OF_TAG("  " CHILD_UUID " "), 3072);
	ref_is(&mgt.vdis[0].snapshot_of, CHILD_UUID);
	done();
}

static void test_types(void **state)
{
	static const struct {
		const char *text;
		bool is_known;
	} types[] = {
		{ "vhd", true },  { "raw", true },   { "aio", true },
		{ "", true },	  { "qcow2", true }, { "qcow", false },
		{ "vh", false },  { "vhdx", false }, { "VHD", false },
		{ "v d", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			 UUID_TAG(BASE_UUID) "<vdi_type>%s</vdi_type>",
			 types[i].text);
		parse("<vdi>", text, 3072);
		if (mgt.vdis[0].type_is_known != types[i].is_known)
			fail_msg("%s", types[i].text);
		done();
	}
}

/* Older SMs laid out what is long, and SM strips every value. */
static void test_white_space(void **state)
{
	(void)state;
	parse("<vdi>",
	      UUID_TAG("\n\t" BASE_UUID "\n")
		      OF_TAG("\r\n\t" CHILD_UUID
			     "\n\t") "<is_a_snapshot>\n1\n"
				     "</is_a_snapshot><managed>\t0 </managed>"
				     "<vdi_type>\n\tvhd\n</vdi_type>"
				     "<deleted> 1 </deleted>",
	      3072);
	assert_int_equal(mgt.vdi_count, 1);
	ref_is(&mgt.vdis[0].uuid, BASE_UUID);
	ref_is(&mgt.vdis[0].snapshot_of, CHILD_UUID);
	assert_true(mgt.vdis[0].is_a_snapshot && mgt.vdis[0].deleted);
	assert_true(mgt.vdis[0].type_is_known && !mgt.vdis[0].managed);
	assert_int_equal(bytes[mgt.vdis[0].deleted_at], '1');
	done();
}

/* A label cut in the middle of an escape or a tag, and one that looks like a
 * uuid: only the second sector counts for identifiers. */
static void test_broken_labels(void **state)
{
	static const char *const labels[] = {
		"<vdi><name_label>cut &am",
		"<vdi><name_label>no end",
		"<vdi><name_label>\xc3</name_label>",
		"<vdi><name_label>" UUID_TAG(HOST_UUID) "</name_label>",
		"<vdi><name_label>" OF_TAG(HOST_UUID) "<deleted>1</deleted>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		size_t len;

		parse(labels[i],
		      UUID_TAG(BASE_UUID)
			      OF_TAG(CHILD_UUID) "<deleted>0</deleted>",
		      3072);
		assert_int_equal(mgt.vdi_count, 1);
		ref_is(&mgt.vdis[0].uuid, BASE_UUID);
		ref_is(&mgt.vdis[0].snapshot_of, CHILD_UUID);
		assert_false(mgt.vdis[0].deleted);
		mgt_label(bytes, &mgt.vdis[0], &len);
		done();
	}
}

static void test_not_a_record(void **state)
{
	static const char *const seconds[] = {
		"",
		"<uuid></uuid>",
		"<uuid>" BASE_UUID,
		UUID_TAG("x"),
		"<uuid>22222222-bbbb-4222-8222-0123456789a</uuid>",
		"uuid>" BASE_UUID "</uuid>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(seconds) / sizeof(*seconds); i++) {
		parse("<vdi>", seconds[i], 3072);
		assert_int_equal(mgt.vdi_count, 0);
		done();
	}
	parse("<vdi>", UUID_TAG(BASE_UUID), 3072);
	assert_int_equal(mgt.vdi_count, 1);
	done();
	/* All of it in the first sector. */
	parse("<vdi>" UUID_TAG(BASE_UUID), "", 3072);
	assert_int_equal(mgt.vdi_count, 1);
	done();
}

/* Every length, so every way to be cut off; from memory of just that size. */
static void test_every_length(void **state)
{
	uint32_t first_with = 0;

	(void)state;
	for (uint32_t len = 0; len <= 3072; len++) {
		parse("<vdi><name_label>x</name_label>" UUID_TAG(OTHER_UUID),
		      UUID_TAG(BASE_UUID)
			      OF_TAG(CHILD_UUID) "<deleted>1</deleted>",
		      len);
		assert_int_equal(mgt.has_sr, len >= 512 + 49);
		if (mgt.vdi_count) {
			size_t n;

			assert_int_equal(mgt.vdi_count, 1);
			if (!first_with)
				first_with = len;
			mgt_label(bytes, &mgt.vdis[0], &n);
			assert_true(n <= 1);
			ref_is(&mgt.vdis[0].uuid,
			       len < 2560 + 49 ? OTHER_UUID : BASE_UUID);
		}
		done();
	}
	assert_int_equal(first_with, 2048 + 31 + 49);
}

/* A record that is cut off in its first sector, and has no label. */
static void test_label_of_short_record(void **state)
{
	size_t len = 77;

	(void)state;
	parse("<vdi>" UUID_TAG(BASE_UUID), "", 2048 + 60);
	assert_int_equal(mgt.vdi_count, 1);
	mgt_label(bytes, &mgt.vdis[0], &len);
	assert_int_equal(len, 0);
	done();
	parse("<vdi>" UUID_TAG(BASE_UUID) "<name_label>x", "</name_label>",
	      3072);
	mgt_label(bytes, &mgt.vdis[0], &len);
	assert_int_equal(len, 0);
	done();
}

static void test_many(void **state)
{
	const uint32_t count = 1000, len = 2048 + count * 1024;
	const struct mgt_header header = { .length = len };

	(void)state;
	bytes = malloc(len);
	memset(bytes, ' ', len);
	for (uint32_t i = 0; i < count; i++) {
		char uuid[40];

		snprintf(uuid, sizeof(uuid), "%08x-bbbb-4222-8222-0123456789ab",
			 i);
		/* Every third slot is one that was never used. */
		if (i % 3)
			sr_put_record(bytes + 2048 + i * 1024, "label", uuid,
				      "", i % 2);
	}
	mgt_parse(bytes, &header, &mgt);
	assert_int_equal(mgt.vdi_count, 666);
	for (uint32_t i = 0; i < mgt.vdi_count; i++) {
		uint32_t n = (mgt.vdis[i].record_at - 2048) / 1024;

		assert_int_equal(mgt.vdis[i].uuid.uuid.bytes[3], n & 255);
		assert_int_equal(mgt.vdis[i].uuid.uuid.bytes[2], n >> 8);
		assert_int_equal(mgt.vdis[i].deleted, n % 2);
	}
	done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_length_beyond),
		cmocka_unit_test(test_blank),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_snapshot_of_none),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_white_space),
		cmocka_unit_test(test_broken_labels),
		cmocka_unit_test(test_not_a_record),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_label_of_short_record),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
