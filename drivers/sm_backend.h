// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The program as a storage backend of xapi's (drivers/answer.h).
 */
#ifndef DRIVERS_SM_BACKEND_H
#define DRIVERS_SM_BACKEND_H

#include "base/error.h"
#include "sm/request.h"

/* Returns the exit status. Wipes argv[1]. */
int sm_backend(const struct sr_type *type, int argc, char **argv);

/* A verb sets *answer, a whole methodResponse that the caller frees, and
 * returns 0; or it returns -1 with the failure in *err, and the caller makes
 * the answer.
 *
 * Resigns the LUN that device_config names. Success is answered as the fault
 * that CloudStack waits for. */
int verb_sr_create(const struct request *request, char **answer,
		   struct error *err);

/* Tells what is on the LUN that device_config names. Both verbs answer a
 * device_config that names none with the list of what there is. */
int verb_sr_probe(const struct request *request, char **answer,
		  struct error *err);

#endif
