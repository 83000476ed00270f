// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What xapi records of a host: host.get_other_config.
 */
#ifndef XAPI_HOST_H
#define XAPI_HOST_H

#include <stdbool.h>

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

#endif
