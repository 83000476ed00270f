// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The SCSIid of a disk that the kernel has.
 */
#ifndef HOST_DISK_ID_H
#define HOST_DISK_ID_H

#include "base/error.h"
#include "format/vpd83.h"

/* Asks the LUN itself, as scsi_id does: the pages in sysfs are those of the
 * moment when the disk was found, and kernels before 3.15 have none. `path` is
 * the disk's node, opened for reading only. `id` is empty if the LUN has no id.
 * ERROR_NO_DEVICE: the disk does not answer. */
int disk_id_read(const char *path, char id[SCSI_ID_SIZE], struct error *err);

#endif
