// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The program as a storage backend of xapi's (drivers/answer.h).
 */
#ifndef DRIVERS_SM_BACKEND_H
#define DRIVERS_SM_BACKEND_H

#include "sm/sr_type.h"

/* Returns the exit status. Wipes argv[1]. */
int sm_backend(const struct sr_type *type, int argc, char **argv);

#endif
