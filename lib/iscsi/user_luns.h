// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The disks of a target and their SCSIids, over a session of our own.
 */
#ifndef ISCSI_USER_LUNS_H
#define ISCSI_USER_LUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <iscsi/iscsi.h>

#include "base/error.h"
#include "base/scsi_id.h"
#include "format/report_luns.h"
#include "format/vpd.h"

struct user_lun {
	uint16_t lun; /* as in scsi_command */
	/* What this host's SM would record; empty: it could not. */
	struct scsi_id scsi_id;
	struct lun_names names;
	/* Of user_luns_read; a LUN that refuses a question lacks the answer. */
	char vendor[VPD_VENDOR_SIZE];
	char serial[VPD_SERIAL_SIZE];
	uint64_t size; /* bytes, of user_luns_size; 0: it is not told */
};

/* Which LUN of a target: by one of its names, in either case of letters, by its
 * number, or by both. A number that goes with a name is a hint: a LUN that has
 * the name counts, whatever its number. */
struct lun_wanted {
	const char *scsi_id; /* NULL: by its number */
	bool numbered;
	unsigned number;
	bool addressed; /* the number is all of what REPORT LUNS says of it */
	bool as_listed; /* asked for what scsi_id prints of it, too */
};

/* REPORT LUNS, then the VPD pages of all at once. *luns is the caller's to
 * free, in the target's order, each number once; LUNs that are no disk are left
 * out. */
int user_luns_read(struct iscsi_context *session, struct user_lun **luns,
		   size_t *count, struct error *err);

/* Asks all for their sizes at once. */
int user_luns_size(struct iscsi_context *session, struct user_lun *luns,
		   size_t count, struct error *err);

/* Fills in the numbers, as addresses, of many that are wanted by name: REPORT LUNS and one page
 * 0x83 of each LUN, for all of them. A name that is not there, or
 * that several LUNs have, leaves a lun_wanted without a number. The scsi_ids are
 * set. */
int user_luns_number(struct iscsi_context *session, struct lun_wanted *wanted,
		     size_t wanted_count, struct error *err);

/* Whether what is at the address is still the LUN of these names, which are
 * some: an array can map another one to its number while the session lives.
 * ERROR_IN_USE: it is another. Asks page 0x83, and the others if need be, with what
 * `as` says of the session; its commands do not count. */
struct scsi_batch;
int user_lun_check(const struct scsi_batch *as, uint16_t address,
		   const struct lun_names *names, struct error *err);

#endif
