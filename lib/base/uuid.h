// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The two kinds of identifier on an SR: uuids (SR, VDI) and LVM ids (PV, VG,
 * LV). Parsing is pure; only the *_new functions use randomness, libuuid's: it
 * knows what to do on kernels before 3.17, which have no getrandom(2).
 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define UUID_TEXT_LEN 36 /* 8-4-4-4-12 hexadecimal digits with dashes */

struct uuid {
	uint8_t bytes[16]; /* in the order of the text */
};

/* Reads UUID_TEXT_LEN bytes at `text`, or up to a NUL; either case of letters.
 * False if they are not a uuid; *out is then untouched. */
bool uuid_from_text(const char *text, struct uuid *out);

/* Reads a user's: all `len` bytes, which a NUL may follow. ERROR_BAD_VALUE names
 * `key`; the zero uuid is none. */
int uuid_read(const char *key, const char *text, size_t len, struct uuid *out,
	      struct error *err);

/* Writes UUID_TEXT_LEN lower-case bytes and no NUL. */
void uuid_to_text(const struct uuid *uuid, char *text);

bool uuid_equal(const struct uuid *a, const struct uuid *b);
bool uuid_is_zero(const struct uuid *uuid);
int uuid_compare_bytes(const struct uuid *a, const struct uuid *b);

/* A new random uuid (version 4, libuuid). */
void uuid_new(struct uuid *out);

/* The uuid that a name has in a namespace (RFC 9562, version 5). */
void uuid_derive(const struct uuid *space, const char *name, size_t len,
		 struct uuid *out);

#define LVM_ID_LEN	32 /* [0-9a-zA-Z!#], as in a label */
#define LVM_ID_TEXT_LEN 38 /* with dashes as 6-4-4-4-4-4-6, as in VG text */

struct lvm_id {
	char chars[LVM_ID_LEN]; /* no NUL */
};

/* Reads exactly LVM_ID_LEN characters without dashes. */
bool lvm_id_from_chars(const char *chars, struct lvm_id *out);

/* Reads exactly LVM_ID_TEXT_LEN characters with dashes. */
bool lvm_id_from_text(const char *text, struct lvm_id *out);

/* Writes LVM_ID_TEXT_LEN bytes and no NUL. */
void lvm_id_to_text(const struct lvm_id *id, char *text);

bool lvm_id_equal(const struct lvm_id *a, const struct lvm_id *b);

/* A new id, made from a new random uuid: as random as that. */
void lvm_id_new(struct lvm_id *out);

/* Both as strings, for printf: uuid_string(&uuid).chars. */
struct uuid_string {
	char chars[UUID_TEXT_LEN + 1];
};
struct uuid_string uuid_string(const struct uuid *uuid);

struct lvm_id_string {
	char chars[LVM_ID_TEXT_LEN + 1];
};
struct lvm_id_string lvm_id_string(const struct lvm_id *id);

/* Either of them, for lists of both. */
struct any_id {
	bool is_lvm;
	char bytes[LVM_ID_LEN]; /* a uuid has 16 of them, and zeros */
};

struct any_id any_id_of_uuid(const struct uuid *uuid);
struct any_id any_id_of_lvm(const struct lvm_id *id);
struct uuid any_id_uuid(const struct any_id *id);

/* For qsort and bsearch; uuids come first. */
int any_id_compare(const void *a, const void *b);

/* In the form that it has. */
struct lvm_id_string any_id_string(const struct any_id *id);

#endif
