// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Both kinds of identifier: text to bytes and back, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/uuid.h"

#define TEXT "01234567-89ab-4cde-8f01-23456789abcd"
#define ID   "abCDEF-0123-4567-89ab-cdef-ghij-klmnoZ"

static void test_uuid_text(void **state)
{
	static const uint8_t bytes[] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
					 0x4c, 0xde, 0x8f, 0x01, 0x23, 0x45,
					 0x67, 0x89, 0xab, 0xcd };
	char text[UUID_TEXT_LEN + 1] = { 0 };
	struct uuid uuid;

	(void)state;
	assert_true(uuid_from_text(TEXT, &uuid));
	assert_memory_equal(uuid.bytes, bytes, 16);
	assert_true(
		uuid_from_text("01234567-89AB-4CDE-8F01-23456789ABCD", &uuid));
	assert_memory_equal(uuid.bytes, bytes, 16);
	text[UUID_TEXT_LEN] = '!';
	uuid_to_text(&uuid, text);
	assert_memory_equal(text, TEXT "!", UUID_TEXT_LEN + 1);
}

/* Every position takes only what may stand there; nothing behind is read. */
static void test_uuid_wrong(void **state)
{
	struct uuid uuid, before;
	char *text = malloc(UUID_TEXT_LEN);

	(void)state;
	memset(&uuid, 7, sizeof(uuid));
	before = uuid;
	for (size_t i = 0; i < UUID_TEXT_LEN; i++) {
		bool dash = TEXT[i] == '-';

		for (int c = 0; c < 256; c++) {
			bool hex = c && strchr("0123456789abcdefABCDEF", c);

			memcpy(text, TEXT, UUID_TEXT_LEN);
			text[i] = (char)c;
			if (dash ? c == '-' : hex) {
				struct uuid ignored;

				assert_true(uuid_from_text(text, &ignored));
				continue;
			}
			assert_false(uuid_from_text(text, &uuid));
			assert_true(uuid_equal(&uuid, &before));
		}
	}
	free(text);
	for (size_t len = 0; len < UUID_TEXT_LEN; len++) {
		/* A NUL ends it: nothing behind may be looked at. */
		text = malloc(len + 1);
		memcpy(text, TEXT, len);
		text[len] = '\0';
		assert_false(uuid_from_text(text, &uuid));
		free(text);
	}
}

static void test_uuid_values(void **state)
{
	struct uuid a = { { 0 } }, b, zero = { { 0 } };

	(void)state;
	assert_true(uuid_is_zero(&zero));
	for (int i = 0; i < 16; i++) {
		a = zero;
		a.bytes[i] = 0x80;
		assert_false(uuid_is_zero(&a));
		assert_false(uuid_equal(&a, &zero));
		assert_true(uuid_compare_bytes(&a, &zero) > 0);
		assert_true(uuid_compare_bytes(&zero, &a) < 0);
	}
	uuid_new(&a);
	uuid_new(&b);
	assert_false(uuid_equal(&a, &b));
	assert_int_equal(a.bytes[6] >> 4, 4);
	assert_int_equal(a.bytes[8] >> 6, 2);
}

static void test_id_text(void **state)
{
	char text[LVM_ID_TEXT_LEN + 1] = { 0 };
	struct lvm_id id, same;

	(void)state;
	assert_true(lvm_id_from_text(ID, &id));
	assert_memory_equal(id.chars, "abCDEF0123456789abcdefghijklmnoZ", 32);
	lvm_id_to_text(&id, text);
	assert_string_equal(text, ID);
	assert_true(
		lvm_id_from_chars("abCDEF0123456789abcdefghijklmnoZ", &same));
	assert_true(lvm_id_equal(&id, &same));
	same.chars[31] = 'z';
	assert_false(lvm_id_equal(&id, &same));
}

static void test_id_wrong(void **state)
{
	char *text = malloc(LVM_ID_TEXT_LEN);
	struct lvm_id id, before;

	(void)state;
	memset(&id, 'q', sizeof(id));
	before = id;
	for (size_t i = 0; i < LVM_ID_TEXT_LEN; i++) {
		for (int c = 0; c < 256; c++) {
			bool fits = ID[i] == '-'
					    ? c == '-'
					    : (c >= '0' && c <= '9') ||
						      (c >= 'a' && c <= 'z') ||
						      (c >= 'A' && c <= 'Z') ||
						      c == '!' ||
						      (c == '#' && i);
			struct lvm_id ignored;

			memcpy(text, ID, LVM_ID_TEXT_LEN);
			text[i] = (char)c;
			if (fits) {
				assert_true(lvm_id_from_text(text, &ignored));
				continue;
			}
			assert_false(lvm_id_from_text(text, &id));
			assert_true(lvm_id_equal(&id, &before));
		}
	}
	for (size_t i = 0; i < LVM_ID_LEN; i++) {
		memset(text, 'a', LVM_ID_LEN);
		text[i] = '-';
		assert_false(lvm_id_from_chars(text, &id));
		assert_true(lvm_id_equal(&id, &before));
	}
	free(text);
}

/* Every letter of the alphabet is used, about as often as any other. */
static void test_id_new(void **state)
{
	unsigned seen[128] = { 0 };
	struct lvm_id id;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct lvm_id parsed;

		lvm_id_new(&id);
		assert_true(lvm_id_from_chars(id.chars, &parsed));
		for (int j = 0; j < LVM_ID_LEN; j++)
			seen[(unsigned char)id.chars[j] & 127]++;
	}
	for (int c = 0; c < 128; c++) {
		if (memchr("0123456789abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
			   c, 62))
			assert_in_range(seen[c], 700, 1400);
		else
			assert_int_equal(seen[c], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uuid_text),
		cmocka_unit_test(test_uuid_wrong),
		cmocka_unit_test(test_uuid_values),
		cmocka_unit_test(test_id_text),
		cmocka_unit_test(test_id_wrong),
		cmocka_unit_test(test_id_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
