// SPDX-License-Identifier: LGPL-2.1-only
#include "lun/lun_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

struct lun_file {
	struct lun lun;
	int fd;
	bool locked;
	char path[]; /* for messages */
};

static struct lun_file *of(struct lun *lun)
{
	return (struct lun_file *)lun;
}

static int failed(const struct lun_file *self, const char *what, uint64_t at,
		  struct error *err)
{
	return error_set(err, ERROR_IO, "%s: %s at byte %" PRIu64 ": %s",
			 self->path, what, at, strerror(errno));
}

static int file_transfer(struct lun *lun, const struct lun_io *io, bool write,
			 struct error *err)
{
	struct lun_file *self = of(lun);

	for (size_t done = 0; done < io->len;) {
		uint64_t at = io->offset + done;
		uint8_t *data = io->data + done;
		size_t left = io->len - done;
		ssize_t n = write ? pwrite(self->fd, data, left, (off_t)at)
				  : pread(self->fd, data, left, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(self, write ? "write" : "read", at, err);
		if (n == 0)
			return error_set(err, ERROR_IO,
					 "%s: the file ends at byte %" PRIu64
					 ", it was longer when it was opened",
					 self->path, at);
		done += (size_t)n;
	}
	return 0;
}

/* Not tried again: after one failure Linux may have dropped the dirty pages,
 * and a second fsync() would say that all is well. */
static int file_flush(struct lun *lun, struct error *err)
{
	if (fsync(of(lun)->fd))
		return error_set(err, ERROR_IO, "%s: fsync: %s", of(lun)->path,
				 strerror(errno));
	return 0;
}

/* The lock that it was opened with keeps others out already. */
static int file_fence(struct lun *lun, struct error *err)
{
	(void)err;
	return of(lun)->locked ? 0 : 1;
}

static void file_close(struct lun *lun)
{
	close(of(lun)->fd);
	free(of(lun));
}

static const struct lun_ops file_ops = {
	.transfer = file_transfer,
	.flush = file_flush,
	.fence = file_fence,
	.close = file_close,
};

static int check_file(struct lun_file *self, struct error *err)
{
	struct stat st;

	if (fstat(self->fd, &st))
		return error_set(err, ERROR_IO, "%s: %s", self->path,
				 strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_IO, "%s is not a regular file",
				 self->path);
	if (st.st_size == 0 || st.st_size % self->lun.block_size)
		return error_set(err, ERROR_IO,
				 "%s has %" PRIu64
				 " bytes, which is not a number of blocks of "
				 "%" PRIu32,
				 self->path, (uint64_t)st.st_size,
				 self->lun.block_size);
	self->lun.size = (uint64_t)st.st_size;
	return 0;
}

int lun_file_open(const char *path, uint32_t block_size, bool to_write,
		  struct lun **out, struct error *err)
{
	struct lun_file *self;

	if (block_size != 512 && block_size != 4096)
		return error_set(err, ERROR_INTERNAL, "block size %" PRIu32,
				 block_size);
	self = alloc_zeroed(1, sizeof(*self) + strlen(path) + 1);
	strcpy(self->path, path);
	self->lun.ops = &file_ops;
	self->lun.block_size = block_size;
	/* O_NONBLOCK: what turns out to be a FIFO must not hang the open. */
	self->fd = open(path, (to_write ? O_RDWR : O_RDONLY) | O_CLOEXEC |
				      O_NOCTTY | O_NONBLOCK);
	if (self->fd < 0) {
		error_set(err, ERROR_IO, "%s: %s", path, strerror(errno));
		free(self);
		return -1;
	}
	if (check_file(self, err)) {
		file_close(&self->lun);
		return -1;
	}
	*out = &self->lun;
	return 0;
}

/* A lock of the open file, not of the process: it stays when another
 * descriptor of the same file is closed. Before 3.15 Linux had only the other
 * kind, which QEMU then takes, too. */
static int lock_whole(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
		return 0;
	return errno == EINVAL ? fcntl(fd, F_SETLK, &whole) : -1;
}

int lun_file_lock(struct lun *lun, struct error *err)
{
	struct lun_file *self = of(lun);

	if (lock_whole(self->fd) == 0) {
		self->locked = true;
		return 0;
	}
	if (errno == EAGAIN || errno == EACCES)
		return error_set(err, ERROR_IN_USE,
				 "%s is in use: another process holds a lock "
				 "on it",
				 self->path);
	return failed(self, "lock", 0, err);
}
