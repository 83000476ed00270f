// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/relvm_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text_file.h"

#define FILE_MAX (16u << 20)

static int cannot(const char *path, struct error *err)
{
	return error_set(err, ERROR_BAD_VALUE, "%.200s: %s", path,
			 strerror(errno));
}

int relvm_file_read(const char *path, char **out, size_t *len,
		    struct error *err)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int failed;

	if (fd < 0)
		return cannot(path, err);
	failed = file_read_all(fd, path, FILE_MAX, out, len, err);
	if (!standard)
		close(fd);
	if (failed)
		return -1;
	if (strlen(*out) != *len) {
		free(*out);
		return error_set(err, ERROR_BAD_VALUE,
				 "%.200s holds a NUL byte: it is no text file",
				 path);
	}
	text_drop_mark(*out, len);
	return 0;
}

/* A LUN begins with a sector that LVM keeps empty, or an old boot sector. */
static const struct {
	const char *magic, *name, *remedy;
} other_formats[] = {
	{ "QFI\xfb", "a qcow2 image", "qemu-img convert -O raw" },
	{ "conectix", "a VHD", "qemu-img convert -f vpc -O raw" },
	{ "KDMV", "a VMDK image", "qemu-img convert -O raw" },
	{ "# Disk Descriptor", "a VMDK's description",
	  "qemu-img convert -O raw" },
	{ "\x28\xb5\x2f\xfd", "compressed by zstd", "zstd -d --sparse" },
	{ "\x1f\x8b", "compressed by gzip", "gzip -d" },
	{ "\xfd"
	  "7zXZ",
	  "compressed by xz", "xz -d" },
};

int relvm_file_check_raw(const char *path, struct error *err)
{
	char head[32] = "";
	struct stat st;
	ssize_t n = -1;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		n = file_begin(AT_FDCWD, path, head, sizeof(head));
	for (size_t i = 0; i < sizeof(other_formats) / sizeof(*other_formats);
	     i++) {
		size_t len = strlen(other_formats[i].magic);

		if (n >= (ssize_t)len &&
		    memcmp(head, other_formats[i].magic, len) == 0)
			return error_set(err, ERROR_BAD_VALUE,
					 "%.200s is %s, not the raw image of a "
					 "LUN; make one with: %s",
					 path, other_formats[i].name,
					 other_formats[i].remedy);
	}
	return 0;
}

int relvm_password_read(const char *path, char **out, struct error *err)
{
	char *text;
	size_t len;

	if (relvm_file_read(path, &text, &len, err))
		return -1;
	text[strcspn(text, "\r\n")] = '\0';
	if (!text[0]) {
		free(text);
		return error_set(err, ERROR_BAD_VALUE,
				 "%.200s: its first line, the password, is "
				 "empty",
				 path);
	}
	free(*out);
	*out = alloc_text(text);
	explicit_bzero(text, len);
	free(text);
	return 0;
}

char *relvm_password_from_environment(void)
{
	char *value = getenv(RELVM_PASSWORD_VARIABLE);
	char *password;

	if (!value || !value[0])
		return NULL;
	password = alloc_text(value);
	explicit_bzero(value, strlen(value));
	unsetenv(RELVM_PASSWORD_VARIABLE);
	return password;
}

/* Whether a file with this path may be made. What is there already is another
 * one of ours, or nothing that we may touch: a name that was given twice may be
 * that of a LUN. */
static int may_write(const char *path, const char *magic, struct error *err)
{
	size_t want = strlen(magic);
	char begin[64] = "";
	struct stat st;
	bool ours;
	int fd;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : cannot(path, err);
	if (S_ISREG(st.st_mode)) {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			return cannot(path, err);
		ours = want < sizeof(begin) &&
		       read(fd, begin, want) == (ssize_t)want &&
		       memcmp(begin, magic, want) == 0;
		close(fd);
		if (ours)
			return 0;
	}
	return error_set(err, ERROR_BAD_VALUE,
			 "%.200s is there already, and is no map; give another "
			 "name",
			 path);
}

int relvm_file_write(const char *path, const char *magic, const void *bytes,
		     size_t len, struct error *err)
{
	char *other;
	int fd, failed;

	if (may_write(path, magic, err))
		return -1;
	other = alloc_printf("%s.XXXXXX", path);
	fd = mkostemp(other, O_CLOEXEC);
	if (fd < 0) {
		free(other);
		return cannot(path, err);
	}
	failed = !file_write_all(fd, bytes, len) || fsync(fd);
	failed = close(fd) || failed;
	if (failed || rename(other, path)) {
		cannot(path, err);
		unlink(other);
		failed = -1;
	}
	free(other);
	return failed ? -1 : 0;
}
