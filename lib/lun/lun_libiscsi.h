// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN through a libiscsi session that is logged in.
 *
 * A write that failed may still reach the LUN, up to the moment when the
 * session is closed. After a lost session every later call fails.
 */
#ifndef LUN_LUN_LIBISCSI_H
#define LUN_LUN_LIBISCSI_H

#include <stdbool.h>

#include <iscsi/iscsi.h>

#include "base/scsi_id.h"
#include "iscsi/scsi_batch.h"
#include "lun/lun.h"

/* Reads size and block size. `address` and `names` are what user_session_find_lun
 * gives; the names and the session stay the caller's and must outlive the LUN.
 * ERROR_LUN_CONTENT:
 * blocks neither of 512 nor of 4096 bytes; later, at the first write:
 * write-protected. ERROR_IN_USE: somebody has registered for a persistent
 * reservation. ERROR_RESERVED. Opened to read, every write, swap and flush of
 * it is ERROR_INTERNAL, before a command is sent. */
int lun_libiscsi_open(struct iscsi_context *session, uint16_t address,
		      const struct lun_names *names, bool to_write,
		      struct lun **out, struct error *err);

/* Whether it still is the LUN of its names: ERROR_IN_USE as of user_lun_check. Done
 * by itself, before a command is sent again, when the target says that its LUNs
 * have changed. `lun` is of this form. */
int lun_libiscsi_check(struct lun *lun, struct error *err);

/* Whether anything was sent that may have changed it. `lun` is of this form. */
bool lun_libiscsi_written(const struct lun *lun);

/* Whether the session has it fenced, which may be so after lun_unfence, too.
 * `lun` is of this form. */
bool lun_libiscsi_reserved(const struct lun *lun);

/* What went over the wire, the commands of open included. `lun` is of this
 * form. */
struct scsi_traffic lun_libiscsi_traffic(const struct lun *lun);

#endif
