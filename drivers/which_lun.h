// SPDX-License-Identifier: LGPL-2.1-only
/*
 * From a device_config to one LUN; and if it names none, the
 * list that the user can choose from, as XML on stderr, which xapi hands to the
 * client together with the fault (96, 107, 83).
 */
#ifndef DRIVERS_WHICH_LUN_H
#define DRIVERS_WHICH_LUN_H

#include "drivers/call.h"

/* 0: call->config names one LUN, which need not be there: its target, unless it
 * is by HBA, and its scsi_id; a targetIQN of "*" has become the target that has
 * the SCSIid, a device its SCSIid. Else the list was written, and the error is ERROR_NO_TARGET_IQN or ERROR_NO_SCSIID; or the
 * list could not be had, and the error says why. ERROR_NO_DISK: there is no such
 * device. Writes nothing to any LUN. */
int which_lun(struct call *call, struct error *err);

/* After a failure at the LUN: if it is that the target does not offer this
 * targetIQN, writes the list of those that it does. */
void which_target_instead(const struct device_config *config,
			  const struct error *failure);

#endif
