// SPDX-License-Identifier: LGPL-2.1-only
#include "host/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void sysfs_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, size - 1) : -1;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

int sysfs_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int why = 0;

	if (fd < 0)
		return -1;
	while (write(fd, text, strlen(text)) < 0) {
		why = errno;
		if (why != EINTR)
			break;
		why = 0;
	}
	close(fd);
	errno = why;
	return why ? -1 : 0;
}
