// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN, whichever way it was named, opened to be looked at. Over iSCSI that is
 * a session in this process: the host does not see the LUN.
 */
#ifndef ENGINE_OPEN_LUN_H
#define ENGINE_OPEN_LUN_H

#include <stdbool.h>

#include <iscsi/iscsi.h>

#include "base/error.h"
#include "base/scsi_id.h"
#include "iscsi/target.h"
#include "lun/lun.h"

/* Which LUN. All strings are the caller's. */
struct lun_choice {
	const char *name; /* for people */
	const char *path; /* of a device or a file; NULL: over iSCSI */

	struct iscsi_target target;
	const char *scsi_id; /* NULL: by its number */
	unsigned number;
};

struct open_lun {
	struct lun *lun;
	struct iscsi_context *session; /* NULL: it has a path */
	struct lun_names names;
};

/* Nothing can be written to it. Errors as of user_session_open,
 * user_session_find_lun, lun_path_find and of opening it. */
int open_lun_to_read(const struct lun_choice *choice, struct open_lun *out,
		     struct error *err);

void open_lun_close(struct open_lun *open);

/* The best name of the LUN of this number. ERROR_NO_SCSIID: there is no such
 * disk, or it has none. */
int open_lun_find_id(const struct lun_choice *choice, struct scsi_id *out,
		     struct error *err);

#endif
