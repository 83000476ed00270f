// SPDX-License-Identifier: LGPL-2.1-only
/*
 * How a user names a LUN:
 *
 *   iscsi://[user@]host[:port]/iqn/lun   lun: its number, or its SCSIid
 *   iscsi://[user@]host[:port]/iqn       a target, where one is asked for
 *   iscsi://[user@]host[:port]           a host, likewise
 *   a path                               a block device, or an image file
 *
 * An IPv6 address stands in brackets. The password for `user` is no part of it:
 * whoever lists processes would see it.
 */
#ifndef ENGINE_LUN_NAME_H
#define ENGINE_LUN_NAME_H

#include <stdbool.h>

#include "base/error.h"
#include "engine/reach.h"

/* Fills in what the name says; passwords and our own name are the caller's to
 * add. Of a target or a host `lun` is all zeros, of a host the IQN is NULL. What
 * is set is to be given to lun_name_free. ERROR_BAD_VALUE and the errors of
 * portals_add_list say which part is wrong. */
int lun_name_parse(const char *text, struct lun_choice *out, struct error *err);

/* Whether it is of one LUN, and no target or host. */
bool lun_name_has_lun(const struct lun_choice *choice);

void lun_name_free(struct lun_choice *choice);

#endif
