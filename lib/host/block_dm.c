// SPDX-License-Identifier: LGPL-2.1-only
#include "host/block.h"

#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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
