// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What the storage manager of this host would call a LUN: the choice of the
 * scsi_id that is installed here.
 */
#ifndef HOST_HOST_SCSI_ID_H
#define HOST_HOST_SCSI_ID_H

#include "base/scsi_id.h"

/* One of names->scsi_id and names->old_scsi_id. Where they differ, udev is
 * asked for its version, once; a host that cannot tell has an old one. */
const struct scsi_id *host_scsi_id(const struct lun_names *names);

#endif
