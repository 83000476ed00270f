// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Whether this host uses a LUN, by whichever of its disks.
 */
#ifndef ENGINE_GUARD_HOST_H
#define ENGINE_GUARD_HOST_H

#include "base/error.h"

/* in_use_check of `disk` ("sdb"), then of every other disk of the host that is
 * the same LUN, which it is if it has the same SCSIid: an original that is
 * attached through another session or portal is still the original. A clone and
 * its original differ in SCSIid, so a clone beside its original passes.
 *
 * `disk` is NULL if we reach the LUN by no disk of this host, as with libiscsi;
 * then it goes for every disk of that SCSIid.
 *
 * What the kernel knows of other disks is in sysfs, from 3.15 on; they are not
 * asked themselves, for one that does not answer is none of our business. */
int guard_host(const char *disk, const char *scsi_id, struct error *err);

#endif
