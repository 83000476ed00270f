// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a disk that the kernel has is called.
 */
#ifndef HOST_DISK_ID_H
#define HOST_DISK_ID_H

#include "base/error.h"
#include "base/scsi_id.h"
#include "format/vpd.h"
#include "host/block.h"

/* Asks the LUN itself, as scsi_id does: the pages in sysfs are those of the
 * moment when the disk was found, and kernels before 3.15 have none. `path` is
 * the disk's node, opened for reading only. ERROR_NO_DEVICE: the disk does not
 * answer. */
int disk_names_read(const char *path, struct lun_names *out, struct error *err);

/* The same, and what people tell it by. */
struct disk_details {
	struct lun_names names;
	char vendor[VPD_VENDOR_SIZE];
	char serial[VPD_SERIAL_SIZE];
};
int disk_details_read(const char *path, struct disk_details *out,
		      struct error *err);

/* The same of a device by the kernel's name, be it a disk or a multipath map,
 * of whose paths some may be dead. No names: what it is built on is no SCSI
 * disk, or does not answer; or it is a logical volume, in which something may be
 * that is not the LUN. One of the storage manager's has its LUN's: a VDI is not
 * to be resigned behind its back. */
void device_names_read(const char *device, struct lun_names *out);

/* As the kernel has it, without a command to the disk (which may hang): from
 * sysfs, and before 3.15 from the links that SM's udev rule makes in
 * /dev/disk/by-scsid. `disk` is the kernel's name, "sda". False: neither tells. */
bool disk_names_known(const char *disk, struct lun_names *out);

/* The disks ("sda") of this host that are the LUN, as the kernel has it. *untold,
 * unless it is NULL: there are disks, and it tells of none what they are. For
 * block_names_free. */
struct block_names disks_of_lun(const struct lun_names *names, bool *untold);

/* What the storage manager of this host would call a LUN, the choice of the
 * scsi_id that is installed here: one of names->scsi_id and names->old_scsi_id. Where they differ, udev is
 * asked for its version, once; a host that cannot tell has an old one. */
const struct scsi_id *host_scsi_id(const struct lun_names *names);

#endif
