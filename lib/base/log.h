// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The log. The library writes what it does; where that goes is decided once,
 * by main, with log_to(). Until then it goes nowhere. Lines hold no password
 * and no session reference.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* `line` is one line without a newline; the sink must not fail. */
typedef void (*log_sink)(enum log_level level, const char *line);

/* Sends every later line up to `most` to `sink`; NULL turns the log off. */
void log_to(log_sink sink, enum log_level most);

void log_write(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A step that is done: an info line that ends with the time since the step
 * before it, or since log_to(). */
void log_step(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define log_error(...)	 log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)	 log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	 log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
