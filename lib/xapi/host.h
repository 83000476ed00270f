// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What xapi records of a host: host.get_other_config.
 */
#ifndef XAPI_HOST_H
#define XAPI_HOST_H

#include <stdbool.h>

#include "base/error.h"
#include "xapi/xapi.h"

struct xapi_host {
	char *ref;
	char *initiator_name; /* iscsi_iqn; NULL if there is none */
	bool multipathing;    /* "true" */
};

/* *out is the caller's, to be given to xapi_host_free. ERROR_XAPI;
 * ERROR_INTERRUPTED. */
int xapi_host_read(const struct xapi *xapi, const char *host_ref,
		   struct xapi_host *out, struct error *err);

void xapi_host_free(struct xapi_host *host);

/* The host's name for the user, its reference if xapi does not tell; for free.
 */
char *xapi_host_name(const struct xapi *xapi, const char *ref);

/* Names the host in front of a failure: "host 'name'", then `what`, a word or some
 * with a blank before them; returns -1. */
int xapi_host_failed(const struct xapi *xapi, const char *ref, const char *what,
		     struct error *err);

/* Our plugin, on every host. */
#define XAPI_PLUGIN "relvmoiscsi"

/* The other hosts of the pool, through their plugins: a LUN by HBA is a disk of
 * every host that the array shows it to.
 *
 * Whether one of them uses the LUN (fn=in_use): ERROR_IN_USE names it.
 * ERROR_XAPI: one cannot tell, for it has no plugin of ours, or a broken one. A
 * host that is down is passed over, with a warning. `own_host` is this one's
 * reference. */
int xapi_hosts_check(const struct xapi *xapi, const char *own_host,
		     const char *scsi_id, struct error *err);

/* The LUN's content has changed (fn=refresh). What fails is logged. */
void xapi_hosts_refresh(const struct xapi *xapi, const char *own_host,
			const char *scsi_id);

#endif
