// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN through a libiscsi session that is logged in.
 */
#ifndef LUN_LUN_LIBISCSI_H
#define LUN_LUN_LIBISCSI_H

#include <iscsi/iscsi.h>

#include "lun/lun.h"

/* What went over the wire, for `make bench` and the log. */
struct lun_traffic {
	unsigned commands;
	uint64_t bytes_read;
	uint64_t bytes_written;
};

/* Reads size and block size, refuses a write-protected LUN. The session stays
 * the caller's and must outlive the LUN. */
int lun_libiscsi_open(struct iscsi_context *session, unsigned lun_number,
		      struct lun **out, struct error *err);

/* Counted since open, the commands of open included. */
struct lun_traffic lun_libiscsi_traffic(const struct lun *lun);

#endif
