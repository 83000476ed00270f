// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The commands of the storage backend that this driver offers.
 *
 * A verb sets *answer, a whole methodResponse that the caller frees, and
 * returns 0; *answer is NULL if there was no memory for it. Or it returns -1
 * with the failure in *err, and the caller makes the answer.
 */
#ifndef DRIVERS_VERBS_H
#define DRIVERS_VERBS_H

#include "base/error.h"
#include "sm/request.h"

typedef int (*verb)(const struct request *request, char **answer,
		    struct error *err);

int verb_sr_get_driver_info(const struct request *request, char **answer,
			    struct error *err);

/* Resigns the LUN that device_config names. Success is answered as the fault
 * that CloudStack waits for. */
int verb_sr_create(const struct request *request, char **answer,
		   struct error *err);

/* Tells what is on the LUN that device_config names. Both verbs answer a
 * device_config that names none with the list of what there is. */
int verb_sr_probe(const struct request *request, char **answer,
		  struct error *err);

#endif
