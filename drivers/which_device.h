// SPDX-License-Identifier: LGPL-2.1-only
/*
 * which_lun by HBA.
 */
#ifndef DRIVERS_WHICH_DEVICE_H
#define DRIVERS_WHICH_DEVICE_H

#include "drivers/call.h"

/* As which_lun. The list has what SM's has: the LUNs of this host's HBAs, but for
 * the disk that it starts from and those that xapi has on record. */
int which_device(struct call *call, struct error *err);

#endif
