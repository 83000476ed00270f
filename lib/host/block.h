// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What the kernel says of its block devices: sysfs, and device-mapper's ioctl
 * for what sysfs has not. No command is run.
 *
 * A device goes by the kernel's name of it, such as "sda" or "dm-3". Sources:
 * the kernel's Documentation/ABI (sysfs-block, sysfs-block-dm) and
 * linux/dm-ioctl.h.
 */
#ifndef HOST_BLOCK_H
#define HOST_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A path of sysfs with its NUL: they are shorter. */
#define SYSFS_PATH_SIZE 256

/* Writes an attribute. 0, or -1 with errno. */
int sysfs_write(const char *path, const char *text);

#define BLOCK_NAME_SIZE 64  /* a kernel name with its NUL */
#define BLOCK_DM_SIZE	130 /* device-mapper's name or uuid with its NUL */

struct block_names {
	char (*items)[BLOCK_NAME_SIZE];
	size_t count;
};

/* A device-mapper device's own names; the uuid tells who made it: "LVM-…",
 * "mpath-…". */
struct block_dm {
	char name[BLOCK_DM_SIZE];
	char uuid[BLOCK_DM_SIZE];
};

/* Reads one line of the file <folder of the device>/<attribute>. False if there
 * is none, or it does not fit. */
bool block_attribute(const char *device, const char *attribute, char *out,
		     size_t size);

/* Reads a file that is no text, up to `size` bytes of it; 0 if there is none.
 */
size_t block_bytes(const char *device, const char *attribute, uint8_t *out,
		   size_t size);

/* The kernel's name of a device; false if it has no such device. */
bool block_name(dev_t number, char name[BLOCK_NAME_SIZE]);

/* The device's number; false if the kernel has no such device. */
bool block_number(const char *device, dev_t *out);

/* The entries of a folder of sysfs; none if it is not there. For
 * block_names_free, as those below. */
struct block_names block_folder(const char *path);

/* All block devices that are no partition; the devices that are built on this
 * one or on a partition of it; those this one is built on. A
 * device that is not there has none. */
struct block_names block_all(void);
struct block_names block_holders(const char *device);
struct block_names block_slaves(const char *device);
void block_names_free(struct block_names *names);

/* False if this is no device-mapper device. */
bool block_dm(const char *device, struct block_dm *out);

/* Whether the device is a multipath map. */
bool block_is_multipath(const char *device);

/* How often a device-mapper device is open, by processes and by the devices
 * built on it; -1 if device-mapper does not say. */
int block_dm_opens(const char *device);

/* Removes a device-mapper device that nothing has open; false if it stays. */
bool block_dm_remove(const char *device);

/* The path of the device's node, by value. */
struct block_node {
	char path[BLOCK_NAME_SIZE + 8];
};
struct block_node block_node(const char *device);

#endif
