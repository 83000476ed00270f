// SPDX-License-Identifier: LGPL-2.1-only
#include "host/loop.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/block.h"

static bool is_on(const char *loop, const struct stat *file)
{
	struct loop_info64 info;
	char path[BLOCK_NAME_SIZE + 8];
	bool same = false;
	int fd;

	block_path(loop, path, sizeof(path));
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (ioctl(fd, LOOP_GET_STATUS64, &info) == 0)
		same = info.lo_device == file->st_dev &&
		       info.lo_inode == file->st_ino;
	close(fd);
	return same;
}

int loop_check_file(const char *path, struct error *err)
{
	struct block_names all;
	struct stat file;
	int failed = 0;

	if (stat(path, &file))
		return 0; /* opening it will say why */
	if (block_all(&all))
		return error_no_memory(err);
	for (size_t i = 0; i < all.count && !failed; i++) {
		if (strncmp(all.items[i], "loop", 4) == 0 &&
		    is_on(all.items[i], &file))
			failed = error_set(err, ERROR_IN_USE,
					   "%.200s is in use: it is the device "
					   "/dev/%s; name that one, or detach "
					   "it",
					   path, all.items[i]);
	}
	block_names_free(&all);
	return failed;
}
