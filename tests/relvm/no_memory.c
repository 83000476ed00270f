// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A library for LD_PRELOAD: allocation number $NO_MEMORY_AT fails, counted over
 * the process and what it forks, and so does every later one in the process that
 * it hit. The file $NO_MEMORY_MADE tells that it came to that.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static bool fails(void)
{
	static long left = -1;
	const char *made = getenv("NO_MEMORY_MADE");
	const char *at = getenv("NO_MEMORY_AT");

	if (!made || !at)
		return false;
	if (left < 0)
		left = atol(at);
	if (left > 0 && --left > 0)
		return false;
	close(open(made, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
