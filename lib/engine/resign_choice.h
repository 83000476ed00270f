// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A resign of a LUN, whichever way it was named.
 */
#ifndef ENGINE_RESIGN_CHOICE_H
#define ENGINE_RESIGN_CHOICE_H

#include "engine/open_lun.h"
#include "engine/resign.h"

/* As resign_over_iscsi, which does the work for a LUN over iSCSI. The target
 * and SCSIid of `request` are set from `choice`. A device is guarded, locked
 * and opened as one that we attach ourselves; so is a file, of which xapi knows
 * nothing. `scsi_id` receives the SCSIid if there is one. */
int resign_choice(const struct lun_choice *choice,
		  const struct resign_request *request,
		  struct scsi_id *scsi_id, struct resign_report *report,
		  struct error *err);

#endif
