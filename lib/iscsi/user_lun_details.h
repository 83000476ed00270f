// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a user needs to tell the LUNs of a target apart, over a session of our
 * own.
 */
#ifndef ISCSI_USER_LUN_DETAILS_H
#define ISCSI_USER_LUN_DETAILS_H

#include "format/vpd.h"
#include "iscsi/user_luns.h"

struct user_lun_details {
	char vendor[VPD_VENDOR_SIZE];
	char serial[VPD_SERIAL_SIZE];
	uint64_t size; /* bytes; 0: the LUN does not tell it */
};

/* Asks all `count` LUNs at once; *out, one for each, is the caller's to free. A
 * LUN that refuses a question only lacks the answer. */
int user_luns_describe(struct iscsi_context *session,
		       const struct user_lun *luns, size_t count,
		       struct user_lun_details **out, struct error *err);

#endif
