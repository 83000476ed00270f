// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The other hosts of the pool, through their plugins: a LUN by HBA is a disk of
 * every host that the array shows it to.
 */
#ifndef XAPI_HOSTS_H
#define XAPI_HOSTS_H

#include "base/error.h"
#include "xapi/xapi.h"

/* Whether one of them uses the LUN (fn=in_use): ERROR_IN_USE names it. ERROR_XAPI:
 * one cannot tell, for it has no plugin of ours, or a broken one. A host that is
 * down is passed over, with a warning. `own_host` is this one's reference. */
int xapi_hosts_check(const struct xapi *xapi, const char *own_host,
		     const char *scsi_id, struct error *err);

/* The LUN's content has changed (fn=refresh). What fails is logged. */
void xapi_hosts_refresh(const struct xapi *xapi, const char *own_host,
			const char *scsi_id);

#endif
