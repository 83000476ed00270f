// SPDX-License-Identifier: LGPL-2.1-only
#include "host/loop.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/block.h"
#include "host/in_use.h"

static bool is_loop(const char *name)
{
	return strncmp(name, "loop", 4) == 0;
}

/* False if it is on no file, or cannot be asked. */
static bool get_status(const char *loop, struct loop_info64 *info)
{
	char path[BLOCK_NAME_SIZE + 8];
	bool got;
	int fd;

	block_path(loop, path, sizeof(path));
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = ioctl(fd, LOOP_GET_STATUS64, info) == 0;
	close(fd);
	return got;
}

static bool is_on(const char *loop, dev_t device, ino_t inode)
{
	struct loop_info64 info;

	return get_status(loop, &info) && info.lo_device == device &&
	       info.lo_inode == inode;
}

int loop_check_file(const char *path, struct error *err)
{
	struct block_names all;
	struct stat file;
	int failed = 0;

	if (stat(path, &file))
		return 0; /* opening it will say why */
	all = block_all();
	for (size_t i = 0; i < all.count && !failed; i++) {
		if (is_loop(all.items[i]) &&
		    is_on(all.items[i], file.st_dev, file.st_ino))
			failed = error_set(err, ERROR_IN_USE,
					   "%.200s is in use: it is the device "
					   "/dev/%s; name that one, or detach "
					   "it",
					   path, all.items[i]);
	}
	block_names_free(&all);
	return failed;
}

int loop_check_twins(const char *name, struct error *err)
{
	char file[PATH_MAX + 1];
	struct block_names all;
	struct loop_info64 own;
	int failed = 0;

	if (!is_loop(name) || !get_status(name, &own))
		return 0;
	all = block_all();
	for (size_t i = 0; i < all.count && !failed; i++) {
		const char *other = all.items[i];

		if (is_loop(other) && strcmp(other, name) != 0 &&
		    is_on(other, own.lo_device, own.lo_inode))
			failed = in_use_check(other, err);
	}
	block_names_free(&all);
	if (!failed &&
	    block_attribute(name, "loop/backing_file", file, sizeof(file)))
		failed = in_use_check_file(file, err);
	return failed;
}
