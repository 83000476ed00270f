// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The XenAPI, as far as a storage backend and the clients of our README use it.
 */
#ifndef STANDIN_METHODS_H
#define STANDIN_METHODS_H

#include "values.h"

/* Calls a method with its parameters, the session first. The Value, or NULL
 * and failure(). The database must not be locked. */
value *call_method(const char *name, value *params);

/* A session that a backend is given for one call. */
const char *session_begin(void);
void session_end(const char *session);

/* The methods that are more than fields of records; all take the parameters
 * behind the session. */
value *sr_create(value *params);
value *sr_introduce(value *params);
value *sr_probe(value *params);
value *sr_scan(value *params);
value *sr_forget(value *params);
value *pbd_create(value *params);
value *pbd_plug(value *params);
value *pbd_unplug(value *params);

/* Fills in the SM records, from what the drivers say of themselves. */
void scan_drivers(void);

#endif
