// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xe's side of XenAPI.
 */
#ifndef STANDIN_CLIENT_H
#define STANDIN_CLIENT_H

#include "values.h"

/* Calls, with the session that it has logged in to before: params are those
 * behind it. NULL and failure(); or NULL without one: nobody answers. */
value *client_call(const char *method, value *params);

void client_logout(void);

#endif
