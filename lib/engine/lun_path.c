// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/lun_path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/bytes.h"
#include "engine/guard_host.h"
#include "host/in_use.h"
#include "host/loop.h"
#include "host/disk_id.h"
#include "lun/lun_block.h"
#include "lun/lun_file.h"

/* Images are taken for LUNs of 512-byte blocks: a file can be written at any
 * byte, and 4096 would only be coarser. */
#define FILE_BLOCK 512

/* The kernel's name of a device, from the link that sysfs has for its number.
 */
static bool device_name(dev_t number, char name[BLOCK_NAME_SIZE])
{
	char link[64], folder[PATH_MAX];
	const char *last;

	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(number),
		 minor(number));
	if (!realpath(link, folder))
		return false;
	last = strrchr(folder, '/');
	if (!last || strlen(last + 1) >= BLOCK_NAME_SIZE)
		return false;
	strcpy(name, last + 1);
	return true;
}

/* None for what is no SCSI disk. The paths of a map are the LUN, and some of
 * them may be dead. */
static void find_names(const char *device, struct lun_names *names)
{
	char disk[BLOCK_NAME_SIZE + 8];
	struct block_names slaves = { 0 };
	struct error ignored;
	bool found = false;

	if (block_is_multipath(device) && block_slaves(device, &slaves) == 0) {
		for (size_t i = 0; !found && i < slaves.count; i++) {
			block_path(slaves.items[i], disk, sizeof(disk));
			found = disk_names_read(disk, names, &ignored) == 0;
		}
		block_names_free(&slaves);
	} else {
		block_path(device, disk, sizeof(disk));
		found = disk_names_read(disk, names, &ignored) == 0;
	}
	if (!found)
		*names = (struct lun_names){ .all = "" };
}

static int find_device(dev_t number, struct lun_path *out, struct error *err)
{
	char text[16];

	if (!device_name(number, out->device))
		return error_set(err, ERROR_BAD_VALUE,
				 "%s: the kernel has no such device",
				 out->path);
	if (block_attribute(out->device, "partition", text, sizeof(text)))
		return error_set(err, ERROR_BAD_VALUE,
				 "%s is a partition; XenServer's SRs are on "
				 "whole LUNs: name the disk",
				 out->path);
	find_names(out->device, &out->names);
	return 0;
}

int lun_path_find(const char *path, struct lun_path *out, struct error *err)
{
	struct lun_path found = { .path = path };
	struct stat st;

	if (stat(path, &st))
		return error_set(err, ERROR_BAD_VALUE, "%.200s: %s", path,
				 strerror(errno));
	found.is_file = S_ISREG(st.st_mode);
	if (!found.is_file && !S_ISBLK(st.st_mode))
		return error_set(err, ERROR_BAD_VALUE,
				 "%.200s is neither an image file nor a block "
				 "device",
				 path);
	if (found.is_file) {
		put_le64(found.place.bytes, st.st_dev);
		put_le64(found.place.bytes + 8, st.st_ino);
	}
	if (!found.is_file && find_device(st.st_rdev, &found, err))
		return -1;
	*out = found;
	return 0;
}

void lun_path_lock_name(const struct lun_path *path,
			char name[LUN_PATH_LOCK_SIZE])
{
	const char *best = lun_names_best(&path->names);
	dev_t number;

	if (best[0])
		snprintf(name, LUN_PATH_LOCK_SIZE, "%s", best);
	else if (block_number(path->device, &number))
		snprintf(name, LUN_PATH_LOCK_SIZE, "device-%u-%u",
			 major(number), minor(number));
	else
		snprintf(name, LUN_PATH_LOCK_SIZE, "device-%s", path->device);
}

int lun_path_open_to_read(const struct lun_path *path, struct lun **out,
			  struct error *err)
{
	char node[BLOCK_NAME_SIZE + 8];

	if (path->is_file)
		return lun_file_open_to_read(path->path, FILE_BLOCK, out, err);
	block_path(path->device, node, sizeof(node));
	return lun_block_open_to_read(node, out, err);
}

static int open_file(const struct lun_path *path, struct lun **out,
		     struct error *err)
{
	struct lun *lun;

	if (loop_check_file(path->path, err) ||
	    lun_file_open(path->path, FILE_BLOCK, &lun, err))
		return -1;
	if (lun_file_lock(lun, err) || in_use_check_file(path->path, err)) {
		lun_close(lun);
		return -1;
	}
	*out = lun;
	return 0;
}

int lun_path_open(const struct lun_path *path, struct lun **out,
		  struct error *err)
{
	char node[BLOCK_NAME_SIZE + 8];

	if (path->is_file)
		return open_file(path, out, err);
	if (guard_host(path->device, &path->names, err) ||
	    loop_check_twins(path->device, err))
		return -1;
	block_path(path->device, node, sizeof(node));
	return lun_block_open(node, out, err);
}
