// SPDX-License-Identifier: LGPL-2.1-only
#include "base/alloc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static const char *last_answer;
static int last_status = 1;

void alloc_last_words(const char *answer, int status)
{
	last_answer = answer;
	last_status = status;
}

static void __attribute__((noreturn)) end(const char *sentence)
{
	/* If these fail, nobody is left to be told. */
	if (last_answer) {
		log_error("%s", sentence);
		dprintf(STDOUT_FILENO, "%s", last_answer);
	} else {
		dprintf(STDERR_FILENO, "%s: %s\n",
			program_invocation_short_name, sentence);
	}
	_exit(last_status);
}

#define RUN_AGAIN                                                           \
	"; what was begun on a LUN is completed or taken back by the same " \
	"command, run again"

void *alloc_checked(void *memory)
{
	if (!memory)
		end("out of memory" RUN_AGAIN);
	return memory;
}

void alloc_check_errno(void)
{
	if (errno == ENOMEM)
		alloc_checked(NULL);
	if (errno == EMFILE || errno == ENFILE)
		end("too many open files (ulimit -n)" RUN_AGAIN);
}

void *alloc_zeroed(size_t n, size_t size)
{
	return alloc_checked(calloc(n ? n : 1, size ? size : 1));
}

void *alloc_more(void *items, size_t count, size_t size)
{
	/* Full at 0, 1, 2, 4, 8 … */
	if (count & (count - 1))
		return items;
	return alloc_checked(reallocarray(items, count ? 2 * count : 1, size));
}

char *alloc_text(const char *text)
{
	return text ? alloc_checked(strdup(text)) : NULL;
}

char *alloc_printf(const char *fmt, ...)
{
	char *made;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&made, fmt, ap);
	va_end(ap);
	return alloc_checked(n < 0 ? NULL : made);
}

void alloc_wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}
