// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit.h"

void image_open(struct image *image, const char *path)
{
	struct stat st;

	image->path = path;
	image->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (image->fd < 0 || fstat(image->fd, &st))
		give_up("%s: %s", path, strerror(errno));
	image->size = (uint64_t)st.st_size;
}

void image_read(const struct image *image, uint64_t at, void *to, size_t len)
{
	uint8_t *p = to;

	while (len) {
		ssize_t n = pread(image->fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			give_up("%s: cannot read byte %llu: %s", image->path,
				(unsigned long long)at,
				n ? strerror(errno) : "end of file");
		p += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
}

bool image_data(const struct image *image, uint64_t at, uint64_t *from,
		uint64_t *to)
{
	off_t data, hole;

	if (at >= image->size)
		return false;
	data = lseek(image->fd, (off_t)at, SEEK_DATA);
	if (data < 0)
		return false;
	hole = lseek(image->fd, data, SEEK_HOLE);
	*from = (uint64_t)data;
	*to = hole < 0 ? image->size : (uint64_t)hole;
	return true;
}
