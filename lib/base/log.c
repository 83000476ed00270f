// SPDX-License-Identifier: LGPL-2.1-only
#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

static log_sink current_sink;
static enum log_level current_most;

void log_to(log_sink sink, enum log_level most)
{
	current_sink = sink;
	current_most = most;
}

void log_write(enum log_level level, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (!current_sink || level > current_most)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* Names read from a LUN may hold anything; a log line stays one. */
	for (char *p = line; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	}
	current_sink(level, line);
}
