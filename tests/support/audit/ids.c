// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Uuids in text, and the map of old ones to new ones as the result shows it.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"

/* ---- text ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Reads a uuid whose dashes are `dashes` long; the count of characters, or 0.
 */
static size_t read_uuid(const char *text, size_t len, size_t dashes,
			struct id16 *out)
{
	static const unsigned char groups[] = { 4, 2, 2, 2, 6 };
	size_t at = 0, n = 0;

	if (len < 32 + 4 * dashes)
		return 0;
	for (int g = 0; g < 5; g++) {
		for (size_t d = 0; g > 0 && d < dashes; d++) {
			if (text[at++] != '-')
				return 0;
		}
		for (int i = 0; i < groups[g]; i++, at += 2) {
			int hi = hex_digit(text[at]);
			int lo = hex_digit(text[at + 1]);

			if (hi < 0 || lo < 0)
				return 0;
			out->b[n++] = (uint8_t)(hi * 16 + lo);
		}
	}
	return at;
}

enum uuid_form uuid_here(const char *text, size_t len, size_t at,
			 struct id16 *out)
{
	static const enum uuid_form forms[] = { UUID_PLAIN, UUID_MAPPER };

	if (at > 0 && isalnum((unsigned char)text[at - 1]))
		return UUID_NONE;
	for (size_t dashes = 1; dashes <= 2; dashes++) {
		size_t n = read_uuid(text + at, len - at, dashes, out);

		if (n &&
		    (at + n == len || !isalnum((unsigned char)text[at + n])))
			return forms[dashes - 1];
	}
	return UUID_NONE;
}

void uuid_write(const struct id16 *uuid, enum uuid_form form, char *text)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10) {
			*text++ = '-';
			if (form == UUID_MAPPER)
				*text++ = '-';
		}
		*text++ = hex[uuid->b[i] >> 4];
		*text++ = hex[uuid->b[i] & 15];
	}
}

bool is_sr_context(const char *text, size_t at)
{
	static const char prefix[] = "VG_XenStorage-";
	size_t n = sizeof(prefix) - 1;

	if (at > n && text[at - 1] == '-' && text[at - 2] == '-')
		at--;
	return at >= n && memcmp(text + at - n, prefix, n) == 0;
}

/* ---- the map ---- */

struct pair {
	struct id16 old, new;
	char where[160];
};

static struct id16 old_sr, new_sr;
static struct pair *pairs; /* by old */
static size_t pair_count;
static size_t pair_room;

static bool same(const struct id16 *a, const struct id16 *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static const char *shown(const struct id16 *uuid)
{
	static char text[4][37];
	static unsigned turn;
	char *to = text[turn++ % 4];

	uuid_write(uuid, UUID_PLAIN, to);
	to[36] = 0;
	return to;
}

/* Where `old` is or would be. */
static size_t slot_of(const struct id16 *old)
{
	size_t from = 0, to = pair_count;

	while (from < to) {
		size_t mid = (from + to) / 2;

		if (memcmp(&pairs[mid].old, old, sizeof(*old)) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

void ids_begin(const struct id16 *old, const struct id16 *new)
{
	old_sr = *old;
	new_sr = *new;
}

void ids_pair(const struct id16 *old, const struct id16 *new, bool is_sr,
	      const char *where)
{
	static const struct id16 zero;
	size_t at = slot_of(old);

	if (same(old, &zero)) {
		if (!same(new, &zero))
			problem("%s: there was no uuid, now there is %s", where,
				shown(new));
		return;
	}
	if (same(old, new)) {
		problem("%s: still has the old uuid %s", where, shown(old));
		return;
	}
	if (is_sr || same(old, &old_sr)) {
		if (!same(new, &new_sr))
			problem("%s: SR uuid %s, not %s", where, shown(new),
				shown(&new_sr));
		return;
	}
	if (at < pair_count && same(&pairs[at].old, old)) {
		if (!same(&pairs[at].new, new))
			problem("%s: %s became %s, but %s at %s", where,
				shown(old), shown(new), shown(&pairs[at].new),
				pairs[at].where);
		return;
	}
	if (pair_count == pair_room) {
		pair_room = pair_room ? 2 * pair_room : 64;
		pairs = realloc(pairs, pair_room * sizeof(*pairs));
		if (!pairs)
			give_up("out of memory");
	}
	memmove(pairs + at + 1, pairs + at, (pair_count - at) * sizeof(*pairs));
	pair_count++;
	pairs[at].old = *old;
	pairs[at].new = *new;
	snprintf(pairs[at].where, sizeof(pairs[at].where), "%s", where);
}

void ids_pair_text(const char *old, const char *new, size_t len,
		   const char *where)
{
	for (size_t i = 0; i < len; i++) {
		struct id16 was, is;
		enum uuid_form form = uuid_here(old, len, i, &was);

		if (!form)
			continue;
		if (uuid_here(new, len, i, &is) != form)
			problem("%s: %.*s became %.*s", where, (int)form,
				old + i, (int)form, new + i);
		else
			ids_pair(&was, &is, is_sr_context(old, i), where);
		i += (size_t)form - 1;
	}
}

bool ids_find(const struct id16 *old, struct id16 *new)
{
	size_t at = slot_of(old);

	if (same(old, &old_sr))
		*new = new_sr;
	else if (at < pair_count && same(&pairs[at].old, old))
		*new = pairs[at].new;
	else
		return false;
	return true;
}

void ids_renew_text(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct id16 was, is;
		enum uuid_form form = uuid_here(text, len, i, &was);
		bool known;

		if (!form)
			continue;
		known = ids_find(&was, &is);
		if (is_sr_context(text, i)) {
			is = new_sr;
			known = true;
		}
		if (known)
			uuid_write(&is, form, text + i);
		i += (size_t)form - 1;
	}
}

bool ids_is_old(const struct id16 *uuid)
{
	size_t at = slot_of(uuid);

	return same(uuid, &old_sr) ||
	       (at < pair_count && same(&pairs[at].old, uuid));
}

static int by_new(const void *a, const void *b)
{
	return memcmp(&((const struct pair *)a)->new,
		      &((const struct pair *)b)->new, sizeof(struct id16));
}

void ids_check(void)
{
	struct pair *sorted = get_memory(pair_count * sizeof(*sorted));

	if (same(&old_sr, &new_sr))
		problem("the SR uuid is the old one");
	if (pair_count)
		memcpy(sorted, pairs, pair_count * sizeof(*sorted));
	qsort(sorted, pair_count, sizeof(*sorted), by_new);
	for (size_t i = 0; i < pair_count; i++) {
		const struct pair *p = &sorted[i];

		if (i > 0 && same(&p->new, &sorted[i - 1].new))
			problem("%s and %s both became %s", shown(&p->old),
				shown(&sorted[i - 1].old), shown(&p->new));
		if (ids_is_old(&p->new) || same(&p->new, &new_sr))
			problem("%s: the new uuid %s is another's", p->where,
				shown(&p->new));
		if (p->new.b[6] >> 4 != 4 || p->new.b[8] >> 6 != 2)
			problem("%s: %s is not a random (version 4) uuid",
				p->where, shown(&p->new));
	}
	free(sorted);
}

size_t ids_count(void)
{
	return pair_count;
}
