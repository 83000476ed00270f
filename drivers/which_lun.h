// SPDX-License-Identifier: LGPL-2.1-only
/*
 * From a device_config to one LUN of one target; and if it names none, the
 * list that the user can choose from, as XML on stderr, which xapi hands to the
 * client together with the fault (96, 107, 83).
 */
#ifndef DRIVERS_WHICH_LUN_H
#define DRIVERS_WHICH_LUN_H

#include "base/error.h"
#include "sm/device_config.h"

/* 0: config->target and config->scsi_id name one LUN, which need not be there;
 * a targetIQN of "*" has become the target that has the SCSIid. Else the list
 * was written, and the error is ERROR_NO_TARGET_IQN or ERROR_NO_SCSIID; or the
 * list could not be had, and the error says why. Writes nothing to any LUN. */
int which_lun(struct device_config *config, struct error *err);

/* After a failure at the LUN: if it is that the target does not offer this
 * targetIQN, writes the list of those that it does. */
void which_target_instead(const struct device_config *config,
			  const struct error *failure);

#endif
