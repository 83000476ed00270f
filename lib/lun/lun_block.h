// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN that is a block device of this host: a SCSI disk, or a multipath map.
 *
 * Opened O_EXCL: the kernel then refuses it to a mount, to device-mapper and to
 * LVM, and refuses it to us while one of them has it. That is the last word on
 * whether the LUN is in use on this host; other processes that merely read the
 * device are not kept out. Opened O_DIRECT: what is read comes from the LUN,
 * and what is written is there, not in this host's cache.
 *
 * Flush: fsync() on a block device makes the kernel send SYNCHRONIZE CACHE, if
 * it knows the disk to have a volatile cache (queue/write_cache says "write
 * back", from the LUN's caching mode page). Where the kernel does not say so,
 * or is too old to tell (before 4.7), the command is sent by us; a LUN that
 * does not have it has no cache to flush. A device that is no SCSI disk takes
 * no command of ours: fsync() then is all.
 */
#ifndef LUN_LUN_BLOCK_H
#define LUN_LUN_BLOCK_H

#include "lun/lun.h"

/* ERROR_IN_USE: something on this host holds the device, or somebody has
 * registered for a persistent reservation. ERROR_LUN_CONTENT:
 * blocks neither of 512 nor of 4096 bytes, or write-protected. ERROR_IO with
 * the reason otherwise. Unless it is opened to write, it is so also while
 * something uses it and if it is write-protected, and every write fails. */
int lun_block_open(const char *path, bool to_write, struct lun **out,
		   struct error *err);

#endif
