// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Passwords that xapi keeps: device_config then holds <key>_secret, a secret's
 * uuid.
 */
#ifndef XAPI_SECRET_H
#define XAPI_SECRET_H

#include "xapi/xapi.h"

/* The secret with this uuid; *out is the caller's to wipe and free.
 * ERROR_NO_SECRET: xapi has none, or does not give it; ERROR_XAPI;
 * ERROR_INTERRUPTED; ERROR_NO_MEMORY. */
int xapi_secret_read(const struct xapi *xapi, const char *uuid, char **out,
		     struct error *err);

#endif
