// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Small configuration files, line by line.
 */
#ifndef BASE_TEXT_FILE_H
#define BASE_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define TEXT_FILE_MAX (64 * 1024)

/* Reads a file of up to TEXT_FILE_MAX bytes; *out ends with a NUL that *len
 * does not count and is the caller's to free. Without the file *out is NULL and
 * the result 0. ERROR_BAD_VALUE names the file: unreadable, too long. */
int text_file_read(const char *path, char **out, size_t *len,
		   struct error *err);

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
