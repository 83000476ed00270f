// SPDX-License-Identifier: LGPL-2.1-only
#include "host/block.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text_file.h"

#define BLOCK_DIR "/sys/block"

/* Partitions are no entries of /sys/block; class/block has them all. */
#define CLASS_DIR "/sys/class/block"

static ssize_t read_file(const char *device, const char *attribute, void *out,
			 size_t size)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), CLASS_DIR "/%s/%s", device, attribute);
	return file_begin(AT_FDCWD, path, out, size);
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

bool block_attribute(const char *device, const char *attribute, char *out,
		     size_t size)
{
	ssize_t n = read_file(device, attribute, out, size);

	if (n < 0 || (size_t)n == size)
		return false;
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return true;
}

size_t block_bytes(const char *device, const char *attribute, uint8_t *out,
		   size_t size)
{
	ssize_t n = read_file(device, attribute, out, size);

	return n < 0 ? 0 : (size_t)n;
}

bool block_number(const char *device, dev_t *out)
{
	unsigned major, minor;
	char text[32];

	if (!block_attribute(device, "dev", text, sizeof(text)) ||
	    sscanf(text, "%u:%u", &major, &minor) != 2)
		return false;
	*out = makedev(major, minor);
	return true;
}

bool block_name(dev_t number, char name[BLOCK_NAME_SIZE])
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

static void add_name(struct block_names *names, const char *name)
{
	/* The kernel's names are shorter than this. */
	if (strlen(name) >= BLOCK_NAME_SIZE)
		return;
	names->items =
		alloc_more(names->items, names->count, sizeof(names->items[0]));
	strcpy(names->items[names->count++], name);
}

static void add_folder(struct block_names *names, const char *path)
{
	const struct dirent *entry;
	DIR *dir = opendir(path);

	if (!dir) {
		alloc_check_errno();
		return;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			add_name(names, entry->d_name);
	}
	closedir(dir);
}

static void add_relatives(struct block_names *names, const char *device,
			  const char *kind)
{
	char path[256];

	snprintf(path, sizeof(path), CLASS_DIR "/%s/%s", device, kind);
	add_folder(names, path);
}

struct block_names block_folder(const char *path)
{
	struct block_names names = { 0 };

	add_folder(&names, path);
	return names;
}

struct block_names block_all(void)
{
	return block_folder(BLOCK_DIR);
}

struct block_names block_holders(const char *device)
{
	struct block_names names = { 0 }, inside;
	char path[256], number[16];

	add_relatives(&names, device, "holders");
	snprintf(path, sizeof(path), BLOCK_DIR "/%s", device);
	inside = block_folder(path);
	for (size_t i = 0; i < inside.count; i++) {
		/* Only a partition has this. */
		if (block_attribute(inside.items[i], "partition", number,
				    sizeof(number)))
			add_relatives(&names, inside.items[i], "holders");
	}
	block_names_free(&inside);
	return names;
}

struct block_names block_slaves(const char *device)
{
	struct block_names names = { 0 };

	add_relatives(&names, device, "slaves");
	return names;
}

void block_names_free(struct block_names *names)
{
	free(names->items);
	*names = (struct block_names){ 0 };
}

bool block_dm(const char *device, struct block_dm *out)
{
	return block_attribute(device, "dm/name", out->name,
			       sizeof(out->name)) &&
	       block_attribute(device, "dm/uuid", out->uuid, sizeof(out->uuid));
}

bool block_is_multipath(const char *device)
{
	struct block_dm dm;

	return block_dm(device, &dm) && strncmp(dm.uuid, "mpath-", 6) == 0;
}

struct block_node block_node(const char *device)
{
	struct block_node node;

	snprintf(node.path, sizeof(node.path), "/dev/%s", device);
	/* sysfs cannot have a slash in a name: cciss!c0d0. */
	for (char *p = node.path; *p; p++) {
		if (*p == '!')
			*p = '/';
	}
	return node;
}

#define DM_CONTROL "/dev/mapper/control"

/* One command on one device; *io holds the answer then. */
static bool dm_command(unsigned long command, const char *device,
		       struct dm_ioctl *io)
{
	struct block_dm dm;
	bool done;
	int fd;

	if (!block_dm(device, &dm) || strlen(dm.uuid) >= sizeof(io->uuid) ||
	    strlen(dm.name) >= sizeof(io->name))
		return false;
	/* A uuid is of one device for good, a number is not. Few devices have
	 * none. */
	if (*dm.uuid)
		strcpy(io->uuid, dm.uuid);
	else
		strcpy(io->name, dm.name);
	/* Minor version 0, so that kernels of any age take it. */
	io->version[0] = DM_VERSION_MAJOR;
	io->data_size = sizeof(*io);
	io->data_start = sizeof(*io);
	fd = open(DM_CONTROL, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = ioctl(fd, command, io) == 0;
	close(fd);
	return done;
}

int block_dm_opens(const char *device)
{
	struct dm_ioctl io = { 0 };

	return dm_command(DM_DEV_STATUS, device, &io) ? io.open_count : -1;
}

bool block_dm_remove(const char *device)
{
	struct dm_ioctl io = { 0 };

	return dm_command(DM_DEV_REMOVE, device, &io);
}
