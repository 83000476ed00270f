// SPDX-License-Identifier: LGPL-2.1-only
/*
 * relvm and xapi: on a pool's host it is asked, as for sr_create, whether a LUN
 * is a live original.
 */
#ifndef DRIVERS_RELVM_XAPI_H
#define DRIVERS_RELVM_XAPI_H

#include "drivers/relvm_options.h"
#include "xapi/xapi.h"

struct relvm_xapi {
	struct xapi *session; /* NULL: there is no xapi to be asked */
	char *own_host; /* reference of this host; NULL: it is not known */
};

/* Opens a session of root's on this host's xapi, if there is one and a LUN is
 * not an image file; says so on stderr where nobody is asked before LUNs are
 * written to. ERROR_XAPI: there is one, but it cannot be asked. */
int relvm_xapi_begin(struct relvm_xapi *out,
		     const struct relvm_options *options, struct error *err);

void relvm_xapi_end(struct relvm_xapi *xapi);

#endif
