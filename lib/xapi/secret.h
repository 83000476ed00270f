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
 * ERROR_INTERRUPTED. */
int xapi_secret_read(const struct xapi *xapi, const char *uuid, char **out,
		     struct error *err);

/* Destroys the secrets that this SR's PBDs name, as xapi does with a PBD's own
 * when that is destroyed (PBD.create has given each PBD copies of its own). For
 * the SR of an sr_create that fails, as ours always does: xapi then drops the
 * records alone, and leaves the passwords behind. What goes wrong is logged;
 * signals do not stop it. */
void xapi_secrets_destroy(const struct xapi *xapi, const char *sr_ref);

#endif
