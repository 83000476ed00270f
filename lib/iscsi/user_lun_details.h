// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a user needs to tell the LUNs of a target apart, over a session of our
 * own.
 */
#ifndef ISCSI_USER_LUN_DETAILS_H
#define ISCSI_USER_LUN_DETAILS_H

#include "iscsi/user_luns.h"

#define LUN_VENDOR_SIZE 9   /* with the NUL */
#define LUN_SERIAL_SIZE 253 /* likewise */

struct user_lun_details {
	/* As SM shows them: without white space; empty if there is none. They
	 * may hold any other byte. */
	char vendor[LUN_VENDOR_SIZE]; /* standard INQUIRY */
	char serial[LUN_SERIAL_SIZE]; /* page 0x80 */
	uint64_t size;		      /* bytes; 0: the LUN does not tell it */
};

/* Asks all `count` LUNs at once; *out, one for each, is the caller's to free. A
 * LUN that refuses a question only lacks the answer. */
int user_luns_describe(struct iscsi_context *session,
		       const struct user_lun *luns, size_t count,
		       struct user_lun_details **out, struct error *err);

#endif
