// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xapi's word on whether a LUN may be resigned: design, invariant 3.
 */
#ifndef XAPI_GUARD_H
#define XAPI_GUARD_H

#include <stddef.h>

#include "xapi/guard_rules.h"
#include "xapi/xapi.h"

/* What the pool has on record of a LUN, as xapi has it now (pool_records.c).
 *
 * Fetches all SRs, PBDs, and VDIs that are LUNs, into *records, which was empty
 * and is to be given to records_free, also on -1. ERROR_XAPI;
 * ERROR_INTERRUPTED. */
int pool_records_read(const struct xapi *xapi, struct records *records,
		      struct error *err);

/* PBDs alone; *out is NULL before. */
int pool_pbds_read(const struct xapi *xapi, json_t **out, struct error *err);

/* All of them, and judges them; *verdict points into them. */
int xapi_judge(const struct xapi *xapi, const struct guard_question *question,
	       struct records *records, struct guard_verdict *verdict,
	       struct error *err);

struct xapi_guard {
	struct guard_question lun;
	enum lun_owner *owner;	   /* set if it is let through; may be NULL */
	const struct uuid *new_sr; /* NULL: no new identifiers yet */
	const struct uuid *new_vdis;
	size_t new_vdi_count;
};

/* Asks xapi for its SRs and PBDs, and for the new uuids. ERROR_IN_USE: the LUN
 * is attached somewhere in the pool, or recorded as an SR's; or a new uuid is
 * that of another object. The text names SR and host and says what to do.
 * ERROR_XAPI: xapi cannot say, which is no yes; ERROR_INTERRUPTED.
 *
 * The new SR's uuid is that of the call's own SR, which xapi has made before:
 * that record is no obstacle. */
int xapi_guard(const struct xapi *xapi, const struct xapi_guard *guard,
	       struct error *err);

#endif
