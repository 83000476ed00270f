// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xapi's word on whether a LUN may be resigned: design, invariant 3.
 */
#ifndef XAPI_GUARD_H
#define XAPI_GUARD_H

#include <stddef.h>

#include "xapi/guard_rules.h"
#include "xapi/xapi.h"

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
