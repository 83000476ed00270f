// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a host remembers of a disk's content, made anew: udev's properties and
 * links, and lvmetad's, on hosts that have that (XenServer 7.x).
 */
#ifndef HOST_REFRESH_H
#define HOST_REFRESH_H

#include <stddef.h>

#include "base/scsi_id.h"

/* For every disk that is the LUN, or the multipath map that it is a path of;
 * returns how many disks there were. What fails is logged. */
size_t host_refresh(const struct lun_names *names);

#endif
