// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The journal's head: there and back, and not one bit may change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "format/resign_journal.h"
#include "tests/unit/sr_builder.h"

static struct journal_head make(void)
{
	struct journal_head head = { .state = JOURNAL_COMMITTED,
				     .seqno = 0x0102030405060708,
				     .body_at = 0x1112131415161718,
				     .body_len = 0x00010203,
				     .body_crc = 0x31323334 };

	memset(head.id.bytes, 1, 16);
	memset(head.owner.bytes, 2, 16);
	memset(head.old_sr.bytes, 3, 16);
	memset(head.new_sr.bytes, 4, 16);
	memset(head.old_pv.chars, 'a', 32);
	memset(head.new_pv.chars, 'b', 32);
	memset(head.old_vg.chars, 'c', 32);
	memset(head.new_vg.chars, 'd', 32);
	strcpy(head.scsi_id, "36001405");
	memset(head.place.bytes, 5, 16);
	return head;
}

static void seal(uint8_t *sector)
{
	put_le32(sector + 12, 0);
	put_le32(sector + 12, sr_crc(sector, 512));
}

/* The form on the LUN is for ever: written out here as the header file says. */
static void test_encoding(void **state)
{
	const struct journal_head head = make();
	uint8_t sector[512], want[512] = "RELVMJNL\1";

	(void)state;
	put_le32(want + 16, 2);
	put_le32(want + 20, 0x31323334);
	for (int i = 0; i < 4; i++)
		memset(want + 24 + 16 * i, i + 1, 16);
	for (int i = 0; i < 4; i++)
		memset(want + 88 + 32 * i, 'a' + i, 32);
	put_le64(want + 216, 0x0102030405060708);
	put_le64(want + 224, 0x1112131415161718);
	put_le64(want + 232, 0x00010203);
	memcpy(want + 240, "36001405", 8);
	memset(want + 496, 5, 16);
	seal(want);
	memset(sector, 0xee, sizeof(sector));
	journal_head_encode(&head, sector);
	assert_memory_equal(sector, want, 512);
}

static void test_round_trip(void **state)
{
	struct journal_head head = make(), back = { 0 };
	uint8_t sector[JOURNAL_PLACE_SIZE] = { 0 };

	(void)state;
	for (unsigned i = 1; i <= 2; i++) {
		head.state = (enum journal_state)i;
		journal_head_encode(&head, sector);
		memset(&back, 0, sizeof(back));
		assert_int_equal(journal_head_decode(sector, &back),
				 head.state);
		assert_int_equal(back.state, head.state);
		assert_memory_equal(&back.id, &head.id, 16);
		assert_memory_equal(&back.owner, &head.owner, 16);
		assert_memory_equal(&back.old_sr, &head.old_sr, 16);
		assert_memory_equal(&back.new_sr, &head.new_sr, 16);
		assert_memory_equal(&back.old_pv, &head.old_pv, 32);
		assert_memory_equal(&back.new_pv, &head.new_pv, 32);
		assert_memory_equal(&back.old_vg, &head.old_vg, 32);
		assert_memory_equal(&back.new_vg, &head.new_vg, 32);
		assert_true(back.seqno == head.seqno);
		assert_true(back.body_at == head.body_at);
		assert_true(back.body_len == head.body_len);
		assert_int_equal(back.body_crc, head.body_crc);
		assert_string_equal(back.scsi_id, head.scsi_id);
		assert_memory_equal(&back.place, &head.place, 16);
	}
}

/* Every value of every byte. */
static void test_every_byte(void **state)
{
	const struct journal_head head = make();
	uint8_t sector[JOURNAL_PLACE_SIZE] = { 0 };

	(void)state;
	journal_head_encode(&head, sector);
	for (unsigned i = 0; i < JOURNAL_PLACE_SIZE; i++) {
		for (unsigned x = 1; x < 256; x++) {
			const enum journal_state bad =
				i < 8 || i >= 512 ? JOURNAL_FOREIGN
						  : JOURNAL_DAMAGED;
			struct journal_head back = { .seqno = 77 };

			sector[i] ^= (uint8_t)x;
			assert_int_equal(journal_head_decode(sector, &back),
					 bad);
			assert_int_equal(back.state, bad);
			assert_true(back.seqno == 0);
			sector[i] ^= (uint8_t)x;
		}
	}
}

/* Damage under a checksum that is right. */
static void test_content(void **state)
{
	static const struct {
		unsigned at;
		uint64_t value;
		unsigned bytes;
		enum journal_state found;
	} cases[] = {
		{ 8, 1, 4, JOURNAL_COMMITTED },
		{ 8, 2, 4, JOURNAL_DAMAGED },
		{ 16, 0, 4, JOURNAL_DAMAGED },
		{ 16, 1, 4, JOURNAL_CLAIMED },
		{ 16, 3, 4, JOURNAL_DAMAGED },
		{ 16, 0x102, 4, JOURNAL_DAMAGED },
		{ 232, JOURNAL_MAX_BODY, 8, JOURNAL_COMMITTED },
		{ 232, JOURNAL_MAX_BODY + 1, 8, JOURNAL_DAMAGED },
		{ 232, UINT64_MAX, 8, JOURNAL_DAMAGED },
		{ 88, '-', 1, JOURNAL_DAMAGED },
		{ 119, 0, 1, JOURNAL_DAMAGED },
		{ 120, '.', 1, JOURNAL_DAMAGED },
		{ 152, ' ', 1, JOURNAL_DAMAGED },
		{ 215, 0xe9, 1, JOURNAL_DAMAGED },
		{ 495, 'x', 1, JOURNAL_DAMAGED },
		{ 494, 'x', 1, JOURNAL_COMMITTED },
		{ 496, 'x', 1, JOURNAL_COMMITTED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct journal_head head = make();
		struct journal_head back;
		uint8_t sector[JOURNAL_PLACE_SIZE] = { 0 };

		journal_head_encode(&head, sector);
		for (unsigned j = 0; j < cases[i].bytes; j++)
			sector[cases[i].at + j] =
				(uint8_t)(cases[i].value >> (8 * j));
		seal(sector);
		if (journal_head_decode(sector, &back) != cases[i].found)
			fail_msg("case %zu", i);
	}
}

static void test_scsi_id(void **state)
{
	struct journal_head head = make(), back;
	uint8_t sector[JOURNAL_PLACE_SIZE] = { 0 };

	(void)state;
	memset(head.scsi_id, 'x', sizeof(head.scsi_id));
	journal_head_encode(&head, sector);
	assert_int_equal(journal_head_decode(sector, &back), JOURNAL_COMMITTED);
	assert_int_equal(strlen(back.scsi_id), 255);
	head.scsi_id[0] = '\0';
	journal_head_encode(&head, sector);
	assert_int_equal(journal_head_decode(sector, &back), JOURNAL_COMMITTED);
	assert_string_equal(back.scsi_id, "");
}

static void test_none(void **state)
{
	uint8_t sector[JOURNAL_PLACE_SIZE] = { 0 };
	struct journal_head back;

	(void)state;
	assert_int_equal(journal_head_decode(sector, &back), JOURNAL_NONE);
	memset(sector, 0xff, sizeof(sector));
	assert_int_equal(journal_head_decode(sector, &back), JOURNAL_FOREIGN);
	memset(sector, 0, sizeof(sector));
	memcpy(sector, "RELVMJNL", 8);
	assert_int_equal(journal_head_decode(sector, &back), JOURNAL_DAMAGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encoding),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_scsi_id),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
