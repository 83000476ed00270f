// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Every byte of the result against what it must be: the original's, but for the
 * ranges that were listed. Holes in both images are passed over.
 */
#include <stdlib.h>
#include <string.h>

#include "audit.h"

#define CHUNK (1u << 20)

struct patch {
	uint64_t at, len;
	const uint8_t *bytes; /* NULL: any */
};

static struct patch *patches;
static size_t patch_count;

static void add_patch(uint64_t at, uint64_t len, const uint8_t *bytes)
{
	patches = grow_array(patches, patch_count, sizeof(*patches));
	patches[patch_count++] = (struct patch){ at, len, bytes };
}

void expect_bytes(uint64_t at, const void *bytes, size_t len)
{
	uint8_t *own = get_memory(len);

	memcpy(own, bytes, len);
	add_patch(at, len, own);
}

void expect_any(uint64_t at, uint64_t len)
{
	add_patch(at, len, NULL);
}

static int by_place(const void *a, const void *b)
{
	const struct patch *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Makes the original's bytes from..from+len what the result must have there;
 * `first` is the first patch that can matter. Two patches may overlap only
 * where they agree (a locator that two names share). */
static void apply_patches(size_t first, uint64_t from, size_t len,
			  uint8_t *want, const uint8_t *is)
{
	for (size_t i = first; i < patch_count; i++) {
		const struct patch *p = &patches[i];
		uint64_t a = p->at > from ? p->at : from;
		uint64_t b = p->at + p->len < from + len ? p->at + p->len
							 : from + len;

		if (p->at >= from + len)
			break;
		if (a >= b)
			continue;
		memcpy(want + (a - from),
		       p->bytes ? p->bytes + (a - p->at) : is + (a - from),
		       b - a);
	}
}

static void report_run(const struct side *old, uint64_t at, size_t len,
		       uint8_t want, uint8_t is)
{
	char place[256];

	name_place(old, at, place, sizeof(place));
	problem("%s: %zu byte(s) differ; the first must be %02x and is %02x",
		place, len, want, is);
}

static void compare_chunk(const struct side *old, const struct side *new,
			  uint64_t at, size_t len, size_t first)
{
	static uint8_t want[CHUNK], is[CHUNK];

	image_read(&old->image, at, want, len);
	image_read(&new->image, at, is, len);
	apply_patches(first, at, len, want, is);
	if (memcmp(want, is, len) == 0)
		return;
	for (size_t i = 0; i < len; i++) {
		size_t from = i, same = 0;

		if (want[i] == is[i])
			continue;
		/* Differences a few bytes apart are told as one. */
		for (; i < len && same < 16; i++)
			same = want[i] == is[i] ? same + 1 : 0;
		report_run(old, at + from, i - same - from, want[from],
			   is[from]);
	}
}

/* The next range that is data in either image or that a patch touches. */
static bool next_range(const struct side *old, const struct side *new,
		       uint64_t at, size_t patch, uint64_t *from, uint64_t *to)
{
	uint64_t a, b;
	bool any = image_data(&old->image, at, from, to);

	if (image_data(&new->image, at, &a, &b)) {
		if (!any || a < *from || (a == *from && b > *to)) {
			*from = a;
			*to = b;
		}
		any = true;
	}
	for (; patch < patch_count; patch++) {
		const struct patch *p = &patches[patch];

		if (!p->bytes || p->at + p->len <= at)
			continue;
		if (!any || p->at < *from) {
			*from = p->at > at ? p->at : at;
			*to = p->at + p->len;
		}
		return true;
	}
	return any;
}

void compare_images(const struct side *old, const struct side *new)
{
	uint64_t at = 0, from, to, longest = 0;
	size_t first = 0;

	if (old->image.size != new->image.size) {
		problem("the result has %llu bytes, the original %llu",
			(unsigned long long)new->image.size,
			(unsigned long long)old->image.size);
		return;
	}
	qsort(patches, patch_count, sizeof(*patches), by_place);
	for (size_t i = 0; i < patch_count; i++) {
		if (patches[i].len > longest)
			longest = patches[i].len;
	}
	while (next_range(old, new, at, first, &from, &to)) {
		size_t len;

		if (to > old->image.size)
			to = old->image.size;
		len = to - from < CHUNK ? (size_t)(to - from) : CHUNK;
		while (first < patch_count &&
		       patches[first].at + longest <= from)
			first++;
		compare_chunk(old, new, from, len, first);
		at = from + len;
		if (at >= old->image.size)
			break;
	}
}
