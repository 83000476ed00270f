// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LVM's checksum: against a bit-by-bit one, and in pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crc.h"
#include "tests/unit/sr_builder.h"

/* An mda_header of an empty area, as `pvcreate --metadatasize 1m` writes it
 * (lvm2 2.03.16): its first four bytes are the checksum of the others. */
static void test_real_header(void **state)
{
	uint8_t header[512] = { 0x16, 0xd6, 0x8e, 0xdb };

	(void)state;
	memcpy(header + 4, " LVM2 x[5A%r0N*>", 16);
	header[20] = 1;
	header[25] = 0x10;
	header[33] = 0xf0;
	header[34] = 0x0f;
	assert_int_equal(lvm_crc(LVM_CRC_INITIAL, header + 4, 508), 0xdb8ed616);
}

static void test_lengths(void **state)
{
	uint8_t bytes[300];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	assert_int_equal(lvm_crc(LVM_CRC_INITIAL, bytes, 0), LVM_CRC_INITIAL);
	for (size_t len = 0; len <= sizeof(bytes); len++)
		assert_int_equal(lvm_crc(LVM_CRC_INITIAL, bytes, len),
				 sr_crc(bytes, len));
}

static void test_pieces(void **state)
{
	static const char text[] = "in two pieces, wherever they part";
	uint32_t whole = lvm_crc(LVM_CRC_INITIAL, text, sizeof(text));

	(void)state;
	for (size_t at = 0; at <= sizeof(text); at++) {
		uint32_t crc = lvm_crc(LVM_CRC_INITIAL, text, at);

		assert_int_equal(lvm_crc(crc, text + at, sizeof(text) - at),
				 whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_header),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
