// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Files: what their beginning says, configuration line by line, writing.
 */
#ifndef BASE_TEXT_FILE_H
#define BASE_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <sys/types.h>

#include "base/error.h"

/* Up to `size` bytes of the beginning of the file that `path` is, seen from the
 * open folder `at` (AT_FDCWD). How many, -1 if it cannot be read. */
ssize_t file_begin(int at, const char *path, void *to, size_t size);

/* The first line, without the newline, cut to `size`, of the file whose path is
 * printed; "" and false if it cannot be read. */
bool file_line(char *line, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Writes all of it, as far as it takes; false, and errno, if it cannot. */
bool file_write_all(int fd, const void *bytes, size_t len);

#define TEXT_FILE_MAX (64 * 1024)

/* Reads all that `fd` has, up to `max` bytes; *out ends with a NUL that *len does
 * not count and is the caller's to free. ERROR_BAD_VALUE names the file: unreadable,
 * too long. */
int file_read_all(int fd, const char *path, size_t max, char **out, size_t *len,
		  struct error *err);

/* The same for a file of up to TEXT_FILE_MAX bytes. Without it *out is NULL and
 * the result 0. */
int text_file_read(const char *path, char **out, size_t *len,
		   struct error *err);

/* An editor may begin a file with a mark that says that it is UTF-8. */
void text_drop_mark(char *text, size_t *len);

/* One `key = value` line; the strings point into the text that was read. */
struct text_line {
	const char *key;
	const char *value;
};

enum text_line_kind {
	TEXT_LINE_EMPTY, /* blank, or a comment that starts with '#' */
	TEXT_LINE_PAIR,
	TEXT_LINE_BAD,
};

/* Takes one line, without its newline, apart. Writes NULs into it. Blanks
 * around key and value do not count; a value may be empty, a key not. */
enum text_line_kind text_line_read(char *line, struct text_line *out);

#endif
