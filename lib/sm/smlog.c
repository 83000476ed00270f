// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/smlog.h"

#include <syslog.h>
#include <unistd.h>

static int priority_of(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return LOG_ERR;
	case LOG_LEVEL_WARNING:
		return LOG_WARNING;
	case LOG_LEVEL_INFO:
		return LOG_INFO;
	case LOG_LEVEL_DEBUG:
		return LOG_DEBUG;
	}
	return LOG_INFO;
}

void smlog_write(enum log_level level, const char *line)
{
	/* LOG_PID would write "SM[pid]:", which SM's log tools do not expect */
	openlog("SM", 0, LOG_LOCAL2);
	syslog(priority_of(level), "[%ld] %s", (long)getpid(), line);
}
