// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The program as xapi runs it: one methodCall in argv[1], one methodResponse on
 * stdout, exit status 0 whatever happens (xapi hides the answer behind any
 * other and logs argv, with its passwords).
 */
#ifndef DRIVERS_SM_BACKEND_H
#define DRIVERS_SM_BACKEND_H

#include "sm/sr_type.h"

/* Returns the exit status. Wipes argv[1]. */
int sm_backend(const struct sr_type *type, int argc, char **argv);

#endif
