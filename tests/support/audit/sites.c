// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Sites: ranges of LVs that hold identifiers, whatever their encoding.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "bytes.h"

#define HEADER	   1024
#define HEADER_SUM 36
#define NAME_AT	   64
#define NAME_LEN   512

void add_site(struct sites *sites, const struct lv *old, const struct lv *new,
	      uint64_t at, size_t len, enum coding coding, const char *what)
{
	struct site *s;

	if (at + len > old->size)
		give_up("%s: its %s lies outside it", old->name, what);
	sites->items =
		grow_array(sites->items, sites->count, sizeof(*sites->items));
	s = &sites->items[sites->count++];
	*s = (struct site){ old, new, at, len, coding, "" };
	snprintf(s->what, sizeof(s->what), "%s", what);
}

static size_t stride(enum coding coding)
{
	return coding == UTF16BE || coding == UTF16LE ? 2 : 1;
}

static size_t low_byte(enum coding coding)
{
	return coding == UTF16BE ? 1 : 0;
}

/* As ASCII; what is not becomes '?'. Ends at a NUL. */
static size_t decode(const uint8_t *bytes, size_t len, enum coding coding,
		     char *text)
{
	size_t n = len / stride(coding), low = low_byte(coding);

	for (size_t i = 0; i < n; i++) {
		const uint8_t *c = bytes + i * stride(coding);
		unsigned high = stride(coding) == 2 ? c[1 - low] : 0;

		if (!high && !c[low])
			return i;
		text[i] = high || c[low] > 126 ? '?' : (char)c[low];
	}
	return n;
}

static void encode(const char *was, const char *text, size_t n,
		   enum coding coding, uint8_t *bytes)
{
	for (size_t i = 0; i < n; i++) {
		if (was[i] != text[i])
			bytes[i * stride(coding) + low_byte(coding)] =
				(uint8_t)text[i];
	}
}

static void pair_binary(const uint8_t *old, const uint8_t *new,
			const char *where)
{
	struct id16 was, is;

	memcpy(was.b, old, sizeof(was.b));
	memcpy(is.b, new, sizeof(is.b));
	ids_pair(&was, &is, false, where);
}

static void pair_site(const struct audit *a, const struct site *s)
{
	uint8_t *old = get_memory(s->len), *new = get_memory(s->len);
	char *was = get_memory(s->len + 1), *is = get_memory(s->len + 1);
	char where[200];
	size_t n;

	snprintf(where, sizeof(where), "%s: %s at byte %llu", s->old->name,
		 s->what, (unsigned long long)s->at);
	lv_read(&a->old, s->old, s->at, old, s->len);
	lv_read(&a->new, s->new, s->at, new, s->len);
	if (s->coding == BINARY) {
		pair_binary(old, new, where);
	} else {
		n = decode(old, s->len, s->coding, was);
		if (decode(new, s->len, s->coding, is) != n)
			problem("%s: its length changed", where);
		else
			ids_pair_text(was, is, n, where);
	}
	free(old);
	free(new);
	free(was);
	free(is);
}

void sites_pair(struct audit *a)
{
	for (size_t i = 0; i < a->sites.count; i++)
		pair_site(a, &a->sites.items[i]);
}

/* Makes a site's old bytes its new ones; whether that changed them. */
static bool renew_bytes(uint8_t *bytes, size_t len, enum coding coding)
{
	char *was = get_memory(len + 1), *text = get_memory(len + 1);
	struct id16 id, new;
	bool changed = false;
	size_t n;

	if (coding == BINARY) {
		memcpy(id.b, bytes, sizeof(id.b));
		changed = ids_find(&id, &new);
		if (changed)
			memcpy(bytes, new.b, sizeof(new.b));
	} else {
		n = decode(bytes, len, coding, was);
		memcpy(text, was, n);
		ids_renew_text(text, n);
		changed = memcmp(was, text, n) != 0;
		encode(was, text, n, coding, bytes);
	}
	free(was);
	free(text);
	return changed;
}

static void expect_header(const struct audit *a, const struct site *s)
{
	uint8_t header[HEADER];

	lv_read(&a->old, s->old, s->at, header, sizeof(header));
	if (!renew_bytes(header + NAME_AT, NAME_LEN, UTF16BE))
		return;
	set_be32(header + HEADER_SUM, vhd_sum(header, HEADER, HEADER_SUM));
	expect_lv_bytes(&a->old, s->old, s->at, header, sizeof(header));
}

void sites_expect(struct audit *a)
{
	for (size_t i = 0; i < a->sites.count; i++) {
		const struct site *s = &a->sites.items[i];
		uint8_t *bytes = get_memory(s->len);

		lv_read(&a->old, s->old, s->at, bytes, s->len);
		if (renew_bytes(bytes, s->len, s->coding))
			expect_lv_bytes(&a->old, s->old, s->at, bytes, s->len);
		free(bytes);
	}
	for (size_t i = 0; i < a->headers.count; i++)
		expect_header(a, &a->headers.items[i]);
}
