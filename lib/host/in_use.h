// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Whether this host uses a block device or a file.
 */
#ifndef HOST_IN_USE_H
#define HOST_IN_USE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Refuses a device, by the kernel's name of it ("sda", "dm-3"), that somebody
 * else on this host uses:
 *
 *   - another device is built on it or on a partition of it: an active logical
 *     volume, whichever VG it is of, an md array, bcache …, a loop device;
 *   - it is mounted, swapped to, or else claimed; or this host's LIO or SCST serves it;
 *   - a process has it open, but for those that look at every device.
 *
 * A multipath map on it is no use as such; then all of this goes for the map.
 * What this process itself has open does not count, so that the check can be
 * repeated; nor does a VG of the same name or id on another device.
 *
 * ERROR_IN_USE names who. What may pass on its own, such as a program that
 * reads a new device's label, is waited for, up to two seconds. No command is
 * run and the device is not read. */
int in_use_check(const char *device, struct error *err);

/* The same of a regular file, by its path: ERROR_IN_USE if another process has
 * it open, as openers_of_file finds it, or LIO or SCST serves it. */
int in_use_check_file(const char *path, struct error *err);

/* Loop devices: whether a file is a block device of this host, and by which
 * other ways it is in use.
 *
 * ERROR_IN_USE names the loop device that is on this file. A loop device that
 * cannot be asked is passed over. */
int loop_check_file(const char *path, struct error *err);

/* in_use_check of what else leads to the data of the loop device `name`
 * ("loop0"): the other loop devices on its file, and that file. One that is on a
 * block device is refused; nothing if it is no loop device. */
int loop_check_twins(const char *name, struct error *err);

/* The file that the loop device is on. False if it is no loop device, or is on none.
 */
bool loop_file(const char *name, uint64_t *device, uint64_t *inode);

/* What a device-mapper device is, in words for the log. Pure.
 *
 * "logical volume VG/LV", "multipath map NAME" …, from the device's name and
 * uuid in device-mapper. What does not fit is cut. Sources: lvm2's
 * lib/misc/lvm-string.c for how a name is made of VG, LV and layer; kpartx and
 * multipath for their uuids. */
void dm_words(const char *name, const char *uuid, char *out, size_t size);

#endif
