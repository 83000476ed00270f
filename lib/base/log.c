// SPDX-License-Identifier: LGPL-2.1-only
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/utf8.h"

#define LINE_SIZE 1024

static log_sink current_sink;
static int current_most;
static int64_t last_step;

void log_to(log_sink sink, int most)
{
	current_sink = sink;
	current_most = most;
	last_step = clock_now_ms();
}

void log_write(int level, const char *fmt, ...)
{
	char line[LINE_SIZE];
	va_list ap;

	if (!current_sink || level > current_most)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* Names from a LUN, a target or xapi may hold anything; a log line stays
	 * one, and steers no terminal that shows the log. */
	text_clean_here(line, '?');
	current_sink(level, line);
}

void log_step(const char *fmt, ...)
{
	int64_t before = last_step;
	char line[LINE_SIZE - 64];
	va_list ap;

	last_step = clock_now_ms();
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_info("%s, in %ld ms", line, (long)(last_step - before));
}
