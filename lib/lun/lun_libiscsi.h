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

#include "lun/lun.h"

/* What went over the wire, for `make bench` and the log. */
struct lun_traffic {
	unsigned commands;
	uint64_t bytes_read;
	uint64_t bytes_written;
};

/* Reads size and block size. `address` is what user_session_find_lun gives. The
 * session stays the caller's and must outlive the LUN. ERROR_LUN_CONTENT: blocks
 * neither of 512 nor of 4096 bytes; later, at the first write: write-protected.
 * ERROR_IN_USE: somebody has registered for a persistent
 * reservation. ERROR_RESERVED. */
int lun_libiscsi_open(struct iscsi_context *session, uint16_t address,
		      struct lun **out, struct error *err);

/* The same for a LUN that is only read: every write, swap and flush
 * of it is ERROR_INTERNAL, before a command is sent. */
int lun_libiscsi_open_to_read(struct iscsi_context *session, uint16_t address,
			      struct lun **out, struct error *err);

/* Whether anything was sent that may have changed it. `lun` is of this form. */
bool lun_libiscsi_written(const struct lun *lun);

/* Counted since open, the commands of open included. `lun` is of this form. */
struct lun_traffic lun_libiscsi_traffic(const struct lun *lun);

#endif
