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
#include "iscsi/target.h"

enum lun_form {
	LUN_ISCSI,
	LUN_PATH,
};

struct lun_name {
	enum lun_form form;
	char *text; /* as the user gave it */

	/* LUN_ISCSI: portals, IQN and chap_user of the target are set; for a
	 * host the IQN is NULL. */
	struct iscsi_target target;
	bool has_lun;	 /* else it is a target, or a host */
	unsigned number; /* if there is no scsi_id */
	char *scsi_id;	 /* NULL: by its number */
};

/* *out is the caller's, to be given to lun_name_free. ERROR_BAD_VALUE and the
 * errors of lib/sm's portals say which part is wrong. */
int lun_name_parse(const char *text, struct lun_name *out, struct error *err);

void lun_name_free(struct lun_name *name);

#endif
