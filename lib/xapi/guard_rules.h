// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Whose LUN it is, by what xapi records. Pure.
 *
 * One rule: any value (or key) of a PBD's device_config or an SR's sm_config
 * that holds any name of the LUN makes it that SR's LUN. Which key that is
 * differs from driver to driver: SCSIid, ScsiId (gfs2), device, devserial,
 * scsi-<SCSIid>, … So does a VDI's sm_config, where each VDI is a LUN of its own.
 * Besides, such an SR by iSCSI has every LUN of its target as a VDI, those that it
 * has not scanned yet, too.
 *
 * While xapi runs sr_create, its database has that call's own SR already, with
 * a detached PBD for each host and our SCSIid in each of them (xapi's
 * ocaml/xapi/xapi_sr.ml, create). These are not counted; neither are those of
 * other calls of our types for the same LUN, of which the lock lets one work.
 */
#ifndef XAPI_GUARD_RULES_H
#define XAPI_GUARD_RULES_H

#include "base/scsi_id.h"
#include "base/uuid.h"
#include "xapi/records.h"

struct guard_question {
	const struct lun_names *names;
	const char *iqn;	   /* of its target; NULL: not over iSCSI */
	const char *own_sr_ref;	   /* of the call; NULL if there is none */
	const struct uuid *old_sr; /* of the SR on the LUN; NULL: not known */
};

/* From CLONE on nothing but a refusal. */
enum lun_owner {
	OWNER_NOT_ASKED,
	OWNER_UNKNOWN,	/* the pool knows neither the LUN nor the SR on it */
	OWNER_CLONE,	/* that SR is recorded, as another LUN's */
	OWNER_UNTOLD,	/* that SR is recorded under no name that can be
			* compared: nobody can tell the clone from it */
	OWNER_OTHER_SR, /* the LUN is recorded as another SR's */
	OWNER_ORIGINAL, /* ... as that of the SR on it */
};

static inline bool owner_refuses(enum lun_owner owner)
{
	return owner > OWNER_CLONE;
}

/* The one word or two that users read: "clone". */
const char *owner_text(enum lun_owner owner);

struct guard_verdict {
	enum lun_owner owner;
	/* Both are the records'. */
	json_t *pbd; /* which records it; NULL: none */
	json_t *sr;  /* NULL: a PBD without an SR */
};

/* The worst that is recorded: what is attached, then the greater owner. */
struct guard_verdict guard_judge(const struct records *records,
				 const struct guard_question *question);

/* Whether that PBD is plugged. */
bool guard_is_attached(const struct guard_verdict *verdict);

/* The reference of the SR with this uuid; NULL if there is none. */
const char *records_find_sr(const struct records *records,
			    const struct uuid *uuid);

#endif
