// SPDX-License-Identifier: LGPL-2.1-only
#include "base/uuid.h"

#include <string.h>
#include <uuid/uuid.h>

bool uuid_from_text(const char *text, struct uuid *out)
{
	/* libuuid's parser wants a NUL; these bytes may lie inside a name. */
	char with_nul[UUID_TEXT_LEN + 1] = "";
	struct uuid read;

	strncat(with_nul, text, UUID_TEXT_LEN);
	if (uuid_parse(with_nul, read.bytes))
		return false;
	*out = read;
	return true;
}

int uuid_read(const char *key, const char *text, size_t len, struct uuid *out,
	      struct error *err)
{
	if (len == UUID_TEXT_LEN && uuid_from_text(text, out) &&
	    !uuid_is_zero(out))
		return 0;
	return error_set(err, ERROR_BAD_VALUE, "%s: '%.*s' is not a uuid", key,
			 (int)(len < 64 ? len : 64), text);
}

void uuid_to_text(const struct uuid *uuid, char *text)
{
	char with_nul[UUID_TEXT_LEN + 1];

	uuid_unparse_lower(uuid->bytes, with_nul);
	memcpy(text, with_nul, UUID_TEXT_LEN);
}

int uuid_compare_bytes(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
	return uuid_compare_bytes(a, b) == 0;
}

bool uuid_is_zero(const struct uuid *uuid)
{
	return uuid_is_null(uuid->bytes);
}

void uuid_new(struct uuid *out)
{
	uuid_generate_random(out->bytes);
}

void uuid_derive(const struct uuid *space, const char *name, size_t len,
		 struct uuid *out)
{
	uuid_generate_sha1(out->bytes, space->bytes, name, len);
}

static const char lvm_id_alphabet[] =
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* LVM reads two more than it makes ids of; with a # as the first it is none (lvm2
 * lib/id/id.c). */
static bool is_lvm_id_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '!' || c == '#';
}

bool lvm_id_from_chars(const char *chars, struct lvm_id *out)
{
	for (int i = 0; i < LVM_ID_LEN; i++) {
		if (!is_lvm_id_char(chars[i]))
			return false;
	}
	if (chars[0] == '#')
		return false;
	memcpy(out->chars, chars, LVM_ID_LEN);
	return true;
}

/* Dashes stand after 6, 10, 14, 18, 22 and 26 characters of the id. */
static bool dash_before_char(int i)
{
	return i >= 6 && i <= 26 && (i - 6) % 4 == 0;
}

bool lvm_id_from_text(const char *text, struct lvm_id *out)
{
	char chars[LVM_ID_LEN];

	for (int i = 0; i < LVM_ID_LEN; i++) {
		if (dash_before_char(i) && *text++ != '-')
			return false;
		chars[i] = *text++;
		if (!is_lvm_id_char(chars[i]))
			return false;
	}
	return lvm_id_from_chars(chars, out);
}

void lvm_id_to_text(const struct lvm_id *id, char *text)
{
	for (int i = 0; i < LVM_ID_LEN; i++) {
		if (dash_before_char(i))
			*text++ = '-';
		*text++ = id->chars[i];
	}
}

bool lvm_id_equal(const struct lvm_id *a, const struct lvm_id *b)
{
	return memcmp(a->chars, b->chars, LVM_ID_LEN) == 0;
}

void lvm_id_new(struct lvm_id *out)
{
	const unsigned letters = sizeof(lvm_id_alphabet) - 1;
	struct uuid seed, pool;
	int have = 0;

	uuid_new(&seed);
	for (char n = 0; have < LVM_ID_LEN; n++) {
		uuid_derive(&seed, &n, 1, &pool);
		for (size_t i = 0; i < sizeof(pool.bytes); i++) {
			/* Six bits; values past the alphabet are thrown away,
			 * so that every letter is equally likely. */
			unsigned v = pool.bytes[i] & 63;

			/* The version is no chance. */
			if (i != 6 && v < letters && have < LVM_ID_LEN)
				out->chars[have++] = lvm_id_alphabet[v];
		}
	}
}

struct uuid_string uuid_string(const struct uuid *uuid)
{
	struct uuid_string text = { { 0 } };

	uuid_to_text(uuid, text.chars);
	return text;
}

struct lvm_id_string lvm_id_string(const struct lvm_id *id)
{
	struct lvm_id_string text = { { 0 } };

	lvm_id_to_text(id, text.chars);
	return text;
}

struct any_id any_id_of_uuid(const struct uuid *uuid)
{
	struct any_id id = { .is_lvm = false };

	memcpy(id.bytes, uuid->bytes, sizeof(uuid->bytes));
	return id;
}

struct any_id any_id_of_lvm(const struct lvm_id *from)
{
	struct any_id id = { .is_lvm = true };

	memcpy(id.bytes, from->chars, sizeof(id.bytes));
	return id;
}

struct uuid any_id_uuid(const struct any_id *id)
{
	struct uuid uuid;

	memcpy(uuid.bytes, id->bytes, sizeof(uuid.bytes));
	return uuid;
}

int any_id_compare(const void *a, const void *b)
{
	const struct any_id *x = a, *y = b;

	return x->is_lvm != y->is_lvm
		       ? x->is_lvm - y->is_lvm
		       : memcmp(x->bytes, y->bytes, sizeof(x->bytes));
}

struct lvm_id_string any_id_string(const struct any_id *id)
{
	const struct uuid uuid = any_id_uuid(id);
	struct lvm_id_string text = { { 0 } };
	struct lvm_id lvm;

	memcpy(lvm.chars, id->bytes, sizeof(lvm.chars));
	if (id->is_lvm)
		lvm_id_to_text(&lvm, text.chars);
	else
		uuid_to_text(&uuid, text.chars);
	return text;
}
