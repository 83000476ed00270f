// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Loop devices: whether a file is a block device of this host.
 */
#ifndef HOST_LOOP_H
#define HOST_LOOP_H

#include "base/error.h"

/* ERROR_IN_USE names the loop device that is on this file. A loop device that
 * cannot be asked is passed over. */
int loop_check_file(const char *path, struct error *err);

#endif
