// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/open_lun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/lun_path.h"
#include "iscsi/user_luns.h"
#include "iscsi/user_session.h"
#include "lun/lun_libiscsi.h"

static int find_by_number(struct iscsi_context *session, unsigned number,
			  struct user_lun *out, struct error *err)
{
	struct user_lun *luns;
	size_t count;
	bool found = false;

	if (user_luns_read(session, &luns, &count, err))
		return -1;
	for (size_t i = 0; i < count && !found; i++) {
		found = lun_number(luns[i].lun) == number;
		if (found)
			*out = luns[i];
	}
	free(luns);
	if (!found)
		return error_set(err, ERROR_NO_SCSIID,
				 "the target has no disk of number %u; "
				 "`relvm list` shows those it has",
				 number);
	return 0;
}

static int open_over_iscsi(const struct lun_choice *choice,
			   struct open_lun *out, struct error *err)
{
	struct user_lun lun;
	int failed;

	if (user_session_open(&choice->target, &out->session, err))
		return -1;
	if (choice->scsi_id)
		failed = user_session_find_lun(out->session, choice->scsi_id,
					       &lun.lun, err);
	else
		failed =
			find_by_number(out->session, choice->number, &lun, err);
	if (failed)
		return -1;
	snprintf(out->scsi_id, sizeof(out->scsi_id), "%s",
		 choice->scsi_id ? choice->scsi_id : lun.scsi_id);
	failed = lun_libiscsi_open_to_read(out->session, lun.lun, &out->lun,
					   err);
	return failed;
}

static int open_path(const struct lun_choice *choice, struct open_lun *out,
		     struct error *err)
{
	struct lun_path path;

	if (lun_path_find(choice->path, &path, err) ||
	    lun_path_open_to_read(&path, &out->lun, err))
		return -1;
	strcpy(out->scsi_id, path.scsi_id);
	return 0;
}

int open_lun_to_read(const struct lun_choice *choice, struct open_lun *out,
		     struct error *err)
{
	struct open_lun open = { 0 };
	int failed = choice->path ? open_path(choice, &open, err)
				  : open_over_iscsi(choice, &open, err);

	if (failed) {
		open_lun_close(&open);
		return -1;
	}
	*out = open;
	return 0;
}

void open_lun_close(struct open_lun *open)
{
	lun_close(open->lun);
	user_session_close(open->session);
	*open = (struct open_lun){ 0 };
}

int open_lun_find_id(const struct lun_choice *choice,
		     char scsi_id[SCSI_ID_SIZE], struct error *err)
{
	struct iscsi_context *session;
	struct user_lun lun;
	int failed;

	scsi_id[0] = '\0';
	if (user_session_open(&choice->target, &session, err))
		return -1;
	failed = find_by_number(session, choice->number, &lun, err);
	user_session_close(session);
	if (!failed)
		strcpy(scsi_id, lun.scsi_id);
	if (!failed && !scsi_id[0])
		failed = error_set(err, ERROR_NO_SCSIID,
				   "LUN %u has no SCSIid: it cannot be told "
				   "from others, and is not resigned",
				   choice->number);
	return failed;
}
