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
	struct user_lun found;

	if (user_session_open(&choice->target, &out->session, err))
		return -1;
	if (choice->scsi_id ? user_session_find_lun(out->session,
						    choice->scsi_id, &found,
						    err)
			    : find_by_number(out->session, choice->number,
					     &found, err))
		return -1;
	out->names = found.names;
	return lun_libiscsi_open_to_read(out->session, found.lun, &out->lun,
					 err);
}

static int open_path(const struct lun_choice *choice, struct open_lun *out,
		     struct error *err)
{
	struct lun_path path;

	if (lun_path_find(choice->path, &path, err) ||
	    lun_path_open_to_read(&path, &out->lun, err))
		return -1;
	out->names = path.names;
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

int open_lun_find_id(const struct lun_choice *choice, struct scsi_id *out,
		     struct error *err)
{
	struct iscsi_context *session;
	struct user_lun found;
	int failed;

	if (user_session_open(&choice->target, &session, err))
		return -1;
	failed = find_by_number(session, choice->number, &found, err);
	user_session_close(session);
	if (failed)
		return -1;
	*out = (struct scsi_id){ "" };
	strncat(out->text, lun_names_best(&found.names), SCSI_ID_SIZE - 1);
	if (!out->text[0])
		return error_set(err, ERROR_NO_SCSIID,
				 "LUN %u has no SCSIid: it cannot be told "
				 "from others, and is not resigned",
				 choice->number);
	return 0;
}
