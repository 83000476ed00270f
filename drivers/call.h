// SPDX-License-Identifier: LGPL-2.1-only
/*
 * One call of xapi's, made ready: the host's settings, xapi in the call's
 * session, and the device_config with all that xapi adds to it.
 */
#ifndef DRIVERS_CALL_H
#define DRIVERS_CALL_H

#include "engine/reach.h"
#include "sm/conf.h"
#include "sm/device_config.h"
#include "sm/request.h"
#include "xapi/host.h"
#include "xapi/xapi.h"

struct call {
	struct xapi *xapi;     /* NULL: the host's settings turn it off */
	struct xapi_host host; /* all empty without xapi */
	struct conf conf;      /* of this host */
	struct device_config config;
	const char *sr_with_secrets; /* the request's sr_ref, or NULL */
};

/* Xapi alone, for a call that is about no LUN. Errors as of call_begin. */
int call_meet_xapi(const struct request *request, struct call *out,
		   struct error *err);

/* What the request asks for. *out is the caller's, to be given to call_end. The
 * errors of conf_load, xapi_host_read and device_config_read. */
int call_begin(const struct request *request, struct call *out,
	       struct error *err);

/* Also takes away the passwords that xapi keeps for the SR of a call, which it
 * forgets, since no call of ours makes one. */
void call_end(struct call *call);

/* The LUN that device_config names; the strings stay the call's. */
struct lun_choice call_choice(const struct call *call);

#endif
