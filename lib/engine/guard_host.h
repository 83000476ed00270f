// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Whether this host uses a LUN, by whichever of its disks.
 */
#ifndef ENGINE_GUARD_HOST_H
#define ENGINE_GUARD_HOST_H

#include "base/error.h"
#include "base/scsi_id.h"

/* in_use_check of `disk` ("sdb"), then of every other disk of the host that is
 * the same LUN by its names: an original that is attached through another
 * session or portal is still the original. A clone and its original differ in
 * name, so a clone beside its original passes.
 *
 * `disk` is NULL if we reach the LUN by no disk of this host, as with libiscsi;
 * then it goes for every disk of its names.
 *
 * Other disks are not asked themselves, for one that does not answer is none of
 * our business (host/disk_id.h says who is). */
int guard_host(const char *disk, const struct lun_names *names,
	       struct error *err);

#endif
