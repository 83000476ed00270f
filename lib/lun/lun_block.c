// SPDX-License-Identifier: LGPL-2.1-only
#include "lun/lun_block.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <scsi/sg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text_file.h"
#include "base/alloc.h"
#include "base/bytes.h"
#include "host/sg_command.h"
#include "lun/reservation_keys.h"

/* O_DIRECT wants aligned memory; no request to a disk is longer than this. */
#define BOUNCE	     (1024 * 1024)
#define BOUNCE_ALIGN 4096

#define PATHS_MAX 16 /* that a map has */

#define SYNCHRONIZE_CACHE_10 0x35
#define COMPARE_AND_WRITE    0x89

struct lun_block {
	struct lun lun;
	int fd;
	int access;	     /* flags of open() */
	bool sync_ourselves; /* fsync() may send nothing */
	bool cannot_swap;    /* the LUN has no COMPARE AND WRITE */
	uint8_t *bounce;
	char path[]; /* for messages */
};

static struct lun_block *of(struct lun *lun)
{
	return (struct lun_block *)lun;
}

/* EBADE is how the kernel passes RESERVATION CONFLICT on. */
static enum error_code code_of(int error)
{
	return error == EBADE ? ERROR_RESERVED : ERROR_IO;
}

static const char *errno_words(int error)
{
	return error == EBADE ? "another host has reserved the LUN"
			      : strerror(error);
}

static int failed(const struct lun_block *self, const char *what,
		  struct error *err)
{
	return error_set(err, code_of(errno), "%s: %s: %s", self->path, what,
			 errno_words(errno));
}

static int failed_at(const struct lun_block *self, const char *what,
		     uint64_t at, ssize_t n, struct error *err)
{
	/* Nothing moved, without an error: the disk has shrunk or gone. */
	return error_set(err, n < 0 ? code_of(errno) : ERROR_IO,
			 "%s: %s at byte %" PRIu64 ": %s", self->path, what, at,
			 n < 0 ? errno_words(errno) : "the device ends there");
}

/* One that was cut short goes on at a block boundary. */
static int block_transfer(struct lun *lun, const struct lun_io *io, bool write,
			  struct error *err)
{
	struct lun_block *self = of(lun);
	size_t n;

	for (size_t done = 0; done < io->len; done += n) {
		uint64_t at = io->offset + done;
		size_t left = io->len - done;
		ssize_t moved;

		if (left > BOUNCE)
			left = BOUNCE;
		if (write)
			memcpy(self->bounce, io->data + done, left);
		do {
			moved = write ? pwrite(self->fd, self->bounce, left,
					       (off_t)at)
				      : pread(self->fd, self->bounce, left,
					      (off_t)at);
		} while (moved < 0 && errno == EINTR);
		if (moved < (ssize_t)lun->block_size)
			return failed_at(self, write ? "write" : "read", at,
					 moved, err);
		n = (size_t)moved - (size_t)moved % lun->block_size;
		if (!write)
			memcpy(io->data + done, self->bounce, n);
	}
	return 0;
}

/* Not every disk is a SCSI one: a loop device, NVMe or virtio takes no such
 * command. */
static bool is_no_scsi(int error)
{
	return error == ENOTTY || error == EINVAL;
}

/* A multipath map gives a command to one path and leaves it at that: that a path
 * fails is found out by reads and writes, which take the paths in turn. So after
 * a command that came to nothing a block is read as often as there may be paths,
 * and if that goes well the command is sent once more: then *again, and the LUN
 * may have carried out the first. `command` may use the bounce buffer's
 * beginning. Fails with errno. */
static int run(struct lun_block *self, struct sg_command *command, bool *again)
{
	uint8_t *block = self->bounce + BOUNCE - BOUNCE_ALIGN;
	int why;

	*again = false;
	if (sg_command_run(self->fd, command) == 0)
		return 0;
	why = errno;
	if (why == EBADE || is_no_scsi(why))
		return -1;
	for (int i = 0; i < PATHS_MAX; i++) {
		if (pread(self->fd, block, self->lun.block_size, 0) < 0) {
			errno = why;
			return -1;
		}
	}
	*again = true;
	return sg_command_run(self->fd, command);
}

static int synchronize_cache(struct lun_block *self, struct error *err)
{
	struct sg_command command = {
		/* from block 0, number of blocks 0: the whole LUN */
		.cdb = { SYNCHRONIZE_CACHE_10 },
		.cdb_len = 10,
	};
	bool again;

	if (run(self, &command, &again))
		return failed(self, "flush", err);
	if (!command.good && !sg_command_unsupported(&command))
		return error_set(err, ERROR_IO,
				 "%s: the LUN cannot flush: sense key 0x%x, "
				 "code 0x%04x",
				 self->path, command.sense_key,
				 command.sense_asc);
	return 0;
}

/* Not tried again: a second fsync() would say that all is well. */
static int block_flush(struct lun *lun, struct error *err)
{
	struct lun_block *self = of(lun);

	if (fsync(self->fd))
		return failed(self, "fsync", err);
	return self->sync_ourselves ? synchronize_cache(self, err) : 0;
}

static int read_and_compare(struct lun *lun, uint64_t offset,
			    const uint8_t *with, enum lun_swapped *outcome,
			    struct error *err)
{
	uint8_t now[BOUNCE_ALIGN];
	struct lun_io io = { offset, lun->block_size, now };

	if (block_transfer(lun, &io, false, err))
		return -1;
	*outcome =
		memcmp(now, with, io.len) == 0 ? LUN_SWAPPED : LUN_NOT_SWAPPED;
	return 0;
}

/* Past the queue, but all we ever write has been waited for. */
static int block_swap(struct lun *lun, uint64_t offset, const uint8_t *expect,
		      const uint8_t *with, enum lun_swapped *outcome,
		      struct error *err)
{
	struct lun_block *self = of(lun);
	uint32_t block = lun->block_size;
	struct sg_command command = {
		.cdb = { COMPARE_AND_WRITE },
		.cdb_len = 16,
		.write = true,
		.data = self->bounce,
		.len = 2 * block,
	};
	bool again;

	*outcome = LUN_CANNOT_SWAP;
	if (self->cannot_swap)
		return 0;
	put_be64(command.cdb + 2, offset / block);
	command.cdb[13] = 1; /* one block to compare, one to write */
	memcpy(self->bounce, expect, block);
	memcpy(self->bounce + block, with, block);
	if (run(self, &command, &again))
		return failed(self, "compare and write", err);
	if (command.good) {
		*outcome = LUN_SWAPPED;
	} else if (sg_command_miscompared(&command)) {
		if (again)
			return read_and_compare(lun, offset, with, outcome,
						err);
		*outcome = LUN_NOT_SWAPPED;
	} else if (sg_command_unsupported(&command)) {
		self->cannot_swap = true;
	} else {
		return error_set(err, ERROR_IO,
				 "%s: compare and write failed: sense key "
				 "0x%x, code 0x%04x",
				 self->path, command.sense_key,
				 command.sense_asc);
	}
	return 0;
}

static void block_close(struct lun *lun)
{
	struct lun_block *self = of(lun);

	close(self->fd);
	free(self->bounce);
	free(self);
}

static const struct lun_ops block_ops = {
	.transfer = block_transfer,
	.flush = block_flush,
	.swap = block_swap,
	.close = block_close,
};

static int read_geometry(struct lun_block *self, struct error *err)
{
	uint64_t size;
	int block_size;
	int read_only;

	if (ioctl(self->fd, BLKSSZGET, &block_size) ||
	    ioctl(self->fd, BLKGETSIZE64, &size) ||
	    ioctl(self->fd, BLKROGET, &read_only))
		return failed(self, "not a disk", err);
	if (read_only && self->access != O_RDONLY)
		return error_set(err, ERROR_LUN_CONTENT,
				 "%s is write-protected", self->path);
	if (block_size != 512 && block_size != 4096)
		return error_set(err, ERROR_LUN_CONTENT,
				 "%s has blocks of %d bytes; only 512 and "
				 "4096 are supported",
				 self->path, block_size);
	self->lun.block_size = (uint32_t)block_size;
	self->lun.size = size - size % (uint64_t)block_size;
	return 0;
}

/* Whether the kernel itself says that fsync() reaches the LUN's cache. */
static bool kernel_flushes(int fd)
{
	char text[16];
	struct stat st;

	if (fstat(fd, &st))
		return false;
	return file_line(text, sizeof(text),
			 "/sys/dev/block/%u:%u/queue/write_cache",
			 major(st.st_rdev), minor(st.st_rdev)) &&
	       strcmp(text, "write back") == 0;
}

/* If not, fsync() is all there is to flush by. */
static bool takes_scsi(int fd)
{
	int version;

	return ioctl(fd, SG_GET_VERSION_NUM, &version) == 0 ||
	       !is_no_scsi(errno);
}

/* One that is no SCSI disk, or knows no persistent reservations, has none; some
 * that do not know them do not say so. */
static int check_keys(struct lun_block *self, struct error *err)
{
	uint8_t keys[RESERVATION_KEYS_LEN];
	struct sg_command command = {
		.cdb_len = RESERVATION_KEYS_CDB_LEN,
		.data = keys,
		.len = sizeof(keys),
	};
	bool again;

	reservation_keys_cdb(command.cdb);
	if (run(self, &command, &again))
		return is_no_scsi(errno) || (again && errno != EBADE)
			       ? 0
			       : failed(self, "reservations", err);
	if (!command.good)
		return 0;
	return reservation_keys_check(keys, command.received, self->path, err);
}

static int open_device(struct lun_block *self, struct error *err)
{
	self->fd = open(self->path, self->access | O_DIRECT | O_CLOEXEC);
	if (self->fd >= 0)
		return 0;
	if (errno == EBUSY)
		return error_set(err, ERROR_IN_USE,
				 "%s is in use on this host: something holds "
				 "it open for itself (LVM, a multipath map or "
				 "a mount)",
				 self->path);
	/* For a user who may open it, EACCES is the device's own. */
	if (errno == EROFS ||
	    (errno == EACCES && access(self->path, R_OK | W_OK) == 0))
		return error_set(err, ERROR_LUN_CONTENT,
				 "%s is write-protected", self->path);
	return failed(self, "open", err);
}

int lun_block_open(const char *path, bool to_write, struct lun **out,
		   struct error *err)
{
	struct lun_block *self =
		alloc_zeroed(1, sizeof(*self) + strlen(path) + 1);

	strcpy(self->path, path);
	self->lun.ops = &block_ops;
	self->access = to_write ? O_RDWR | O_EXCL : O_RDONLY;
	self->bounce = alloc_checked(aligned_alloc(BOUNCE_ALIGN, BOUNCE));
	if (open_device(self, err)) {
		free(self->bounce);
		free(self);
		return -1;
	}
	self->cannot_swap = !takes_scsi(self->fd);
	self->sync_ourselves = !self->cannot_swap && !kernel_flushes(self->fd);
	if (read_geometry(self, err) || (to_write && check_keys(self, err))) {
		block_close(&self->lun);
		return -1;
	}
	*out = &self->lun;
	return 0;
}
