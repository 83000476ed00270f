// SPDX-License-Identifier: LGPL-2.1-only
#include "host/refresh.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "host/block.h"
#include "host/child.h"
#include "host/disk_id.h"
#include "host/multipath.h"

#define LVMETAD	  "/run/lvm/lvmetad.socket"
#define PVSCAN_MS 10000

static void tell_lvmetad(const char *device)
{
	const struct block_node node = block_node(device);
	const char *const argv[] = { "pvscan", "--cache", node.path, NULL };
	struct child_result result;
	struct error err;

	if (child_run(argv, NULL, PVSCAN_MS, &result, &err)) {
		log_warning("lvmetad is not told of %s: %s", node.path,
			    err.text);
		return;
	}
	if (result.status)
		log_warning("lvmetad is not told of %s: %s", node.path,
			    child_said(&result));
	child_result_free(&result);
}

/* udev's rules for a disk run once more. */
static void refresh(const char *device)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "/sys/class/block/%s/uevent", device);
	if (sysfs_write(path, "change"))
		log_warning("%s: %m", path);
	if (access(LVMETAD, F_OK) == 0)
		tell_lvmetad(device);
}

size_t host_refresh(const struct lun_names *names)
{
	char device[BLOCK_NAME_SIZE], last[BLOCK_NAME_SIZE] = "";
	struct block_names disks = disks_of_lun(names, NULL);
	size_t count;

	for (size_t i = 0; i < disks.count; i++) {
		multipath_of(disks.items[i], device);
		if (!*device)
			strcpy(device, disks.items[i]);
		if (strcmp(device, last) != 0)
			refresh(device);
		strcpy(last, device);
	}
	count = disks.count;
	block_names_free(&disks);
	return count;
}
