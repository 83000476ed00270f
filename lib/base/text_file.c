// SPDX-License-Identifier: LGPL-2.1-only
#include "base/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buffer.h"

static const char blanks[] = " \t\r";

ssize_t file_begin(int at, const char *path, void *to, size_t size)
{
	int fd = openat(at, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, to, size);

	if (fd >= 0)
		close(fd);
	else
		alloc_check_errno();
	return n;
}

bool file_line(char *line, size_t size, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	ssize_t n;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	n = file_begin(AT_FDCWD, path, line, size - 1);
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return n >= 0;
}

bool file_write_all(int fd, const void *bytes, size_t len)
{
	const char *from = bytes;

	while (len > 0) {
		ssize_t n = write(fd, from, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		from += n;
		len -= (size_t)n;
	}
	return true;
}

static int cannot(const char *path, struct error *err)
{
	return error_set(err, ERROR_BAD_VALUE, "%.200s: %s", path,
			 strerror(errno));
}

int file_read_all(int fd, const char *path, size_t max, char **out, size_t *len,
		  struct error *err)
{
	struct buffer text = { 0 };
	uint8_t part[65536];
	ssize_t n = 1;
	int rc = 0;

	while (!rc && n != 0) {
		n = read(fd, part, sizeof(part));
		if (n < 0 && errno != EINTR)
			rc = cannot(path, err);
		if (n <= 0)
			continue;
		buffer_add(&text, part, (size_t)n);
		explicit_bzero(part, (size_t)n);
		if (text.len > max)
			rc = error_set(err, ERROR_BAD_VALUE,
				       "%.200s is longer than %zu bytes", path,
				       max);
	}
	if (rc) {
		buffer_free(&text);
		return -1;
	}
	*len = text.len;
	buffer_add(&text, "", 1);
	*out = (char *)text.data;
	return 0;
}

int text_file_read(const char *path, char **out, size_t *len, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	*out = NULL;
	*len = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : cannot(path, err);
	rc = file_read_all(fd, path, TEXT_FILE_MAX, out, len, err);
	close(fd);
	return rc;
}

void text_drop_mark(char *text, size_t *len)
{
	static const char mark[] = "\xef\xbb\xbf";
	const size_t n = sizeof(mark) - 1;

	if (strncmp(text, mark, n) != 0)
		return;
	*len -= n;
	memmove(text, text + n, *len);
	explicit_bzero(text + *len, n);
}

/* Cuts blanks off both ends of a string, in place. */
static char *trim(char *text)
{
	size_t n;

	text += strspn(text, blanks);
	n = strlen(text);
	while (n > 0 && strchr(blanks, text[n - 1]))
		n--;
	text[n] = '\0';
	return text;
}

enum text_line_kind text_line_read(char *line, struct text_line *out)
{
	char *equals;
	char *key;

	line = trim(line);
	if (line[0] == '\0' || line[0] == '#')
		return TEXT_LINE_EMPTY;
	equals = strchr(line, '=');
	if (!equals)
		return TEXT_LINE_BAD;
	*equals = '\0';
	key = trim(line);
	if (key[0] == '\0')
		return TEXT_LINE_BAD;
	out->key = key;
	out->value = trim(equals + 1);
	return TEXT_LINE_PAIR;
}
