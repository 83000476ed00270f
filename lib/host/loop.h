// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Loop devices: whether a file is a block device of this host, and by which
 * other ways it is in use.
 */
#ifndef HOST_LOOP_H
#define HOST_LOOP_H

#include "base/error.h"

/* ERROR_IN_USE names the loop device that is on this file. A loop device that
 * cannot be asked is passed over. */
int loop_check_file(const char *path, struct error *err);

/* in_use_check of what else leads to the data of the loop device `name`
 * ("loop0"): the other loop devices on its file, and that file. Nothing is
 * refused if it is no loop device. */
int loop_check_twins(const char *name, struct error *err);

#endif
