// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The log. The library writes what it does; where that goes is decided once,
 * by main, with log_to(). Until then it goes nowhere. Lines hold no password
 * and no session reference.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <syslog.h>

/* `level` is one of syslog(3): LOG_ERR, LOG_WARNING, LOG_INFO or LOG_DEBUG; `line`
 * is one line without a newline; the sink must not fail. */
typedef void (*log_sink)(int level, const char *line);

/* Sends every later line up to `most` to `sink`; NULL turns the log off. */
void log_to(log_sink sink, int most);

void log_write(int level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A step that is done: an info line that ends with the time since the step
 * before it, or since log_to(). */
void log_step(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define log_error(...)	 log_write(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...)	 log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	 log_write(LOG_DEBUG, __VA_ARGS__)

#endif
