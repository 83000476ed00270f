// SPDX-License-Identifier: LGPL-2.1-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit.h"

#define MOST_LINES 40

static unsigned problems;

void problem(const char *format, ...)
{
	va_list args;

	if (++problems > MOST_LINES)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

unsigned problem_count(void)
{
	if (problems > MOST_LINES)
		printf("… and %u more\n", problems - MOST_LINES);
	return problems;
}

void give_up(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

void *get_memory(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		give_up("out of memory");
	return p;
}

void *grow_array(void *items, size_t count, size_t item_size)
{
	/* Room doubles at each power of two. */
	if ((count & (count - 1)) == 0) {
		items = realloc(items, (count ? 2 * count : 1) * item_size);
		if (!items)
			give_up("out of memory");
	}
	return items;
}
