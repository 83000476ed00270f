// SPDX-License-Identifier: LGPL-2.1-only
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"

static uint64_t state;

void rng_begin(uint64_t seed)
{
	/* Neighbours must not run into each other. */
	state = seed;
	state = rng_next() ^ seed << 32;
}

/* splitmix64 */
uint64_t rng_next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint64_t below(uint64_t n)
{
	return rng_next() % n;
}

uint64_t between(uint64_t a, uint64_t b)
{
	return a + below(b - a + 1);
}

bool chance(unsigned percent)
{
	return below(100) < percent;
}

void make_uuid(char *to)
{
	static const char hex[] = "0123456789abcdef";

	for (int i = 0; i < UUID_LEN; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23)
			to[i] = '-';
		else if (i == 14)
			to[i] = '4';
		else if (i == 19)
			to[i] = hex[8 + below(4)];
		else
			to[i] = hex[below(16)];
	}
	to[UUID_LEN] = 0;
}

void make_lvm_id(char *to)
{
	static const char chars[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (int i = 0; i < LVM_ID; i++) {
		if (i == 6 || i == 11 || i == 16 || i == 21 || i == 26 ||
		    i == 31)
			to[i] = '-';
		else
			to[i] = chars[below(sizeof(chars) - 1)];
	}
	to[LVM_ID] = 0;
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

void *grow(void *items, size_t count, size_t item_size)
{
	/* Room doubles at each power of two. */
	if ((count & (count - 1)) == 0) {
		items = realloc(items, (count ? 2 * count : 1) * item_size);
		if (!items)
			die("out of memory");
	}
	return items;
}

void say(struct sr *sr, const char *format, ...)
{
	size_t len = strlen(sr->what);
	va_list args;

	if (len && len + 2 < sizeof(sr->what)) {
		memcpy(sr->what + len, ", ", 3);
		len += 2;
	}
	va_start(args, format);
	vsnprintf(sr->what + len, sizeof(sr->what) - len, format, args);
	va_end(args);
}

void mutation(struct sr *sr, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(sr->mutations, format, args);
	va_end(args);
	fputc('\n', sr->mutations);
}
