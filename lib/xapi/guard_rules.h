// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Whether a LUN is, or may be, an SR in use, by what xapi records. Pure.
 *
 * While xapi runs sr_create, its database has that call's own SR already, with
 * a detached PBD for each host and our SCSIid in each of them (xapi's
 * ocaml/xapi/xapi_sr.ml, create). These are not counted; neither are those of
 * other calls of our type for the same LUN, of which the lock lets one work.
 */
#ifndef XAPI_GUARD_RULES_H
#define XAPI_GUARD_RULES_H

#include "xapi/records.h"

/* The driver's own type: no such SR can be attached. */
#define GUARD_OWN_TYPE "relvmoiscsi"

struct guard_question {
	const struct lun_names *names;
	const char *own_sr_ref; /* of the call; NULL if there is none */
	const char *old_sr;	/* uuid of the SR on the LUN; NULL: not known */
};

enum guard_verdict_kind {
	GUARD_FREE,
	GUARD_ATTACHED, /* a PBD with this SCSIid is attached */
	GUARD_ORIGINAL, /* the SR on the LUN is recorded with this SCSIid */
	GUARD_RECORDED, /* another SR is */
	GUARD_UNTOLD,	/* the SR on the LUN is recorded without any SCSIid */
};

struct guard_verdict {
	enum guard_verdict_kind kind;
	/* Both point into the records. */
	const struct pbd_record *pbd; /* NULL: it was the SR's sm_config */
	const struct sr_record *sr;   /* NULL: a PBD without an SR */
};

/* The worst that is recorded, in the order of the kinds. */
struct guard_verdict guard_judge(const struct records *records,
				 const struct guard_question *question);

/* The SR with this uuid; NULL if there is none. */
const struct sr_record *records_find_sr(const struct records *records,
					const char *uuid);

#endif
