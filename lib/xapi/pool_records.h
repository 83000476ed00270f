// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What the pool has on record of a LUN, as xapi has it now.
 */
#ifndef XAPI_POOL_RECORDS_H
#define XAPI_POOL_RECORDS_H

#include "xapi/guard_rules.h"
#include "xapi/xapi.h"

/* Fetches all SRs, PBDs, and VDIs that are LUNs, into *records, which was empty and is to be given to
 * records_free, also on -1. ERROR_XAPI; ERROR_INTERRUPTED. */
int pool_records_read(const struct xapi *xapi, struct records *records,
		      struct error *err);

/* PBDs alone; *out is NULL before. */
int pool_pbds_read(const struct xapi *xapi, json_t **out, struct error *err);

/* All of them, and judges them; *verdict points into them. */
int xapi_judge(const struct xapi *xapi, const struct guard_question *question,
	       struct records *records, struct guard_verdict *verdict,
	       struct error *err);

#endif
