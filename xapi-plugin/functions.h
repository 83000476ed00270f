// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The plugin's functions. Each sets *value, a JSON document of schema.json that
 * the caller frees, and returns 0; *value is NULL if there was no memory for
 * it. Or it returns -1 with the failure in *err.
 *
 * Arguments are the keys of device_config: target, targetIQN, SCSIid … Further:
 *
 *   plan, resign   sr_uuid    the SR's new uuid
 *                  from       the SR's old uuid, several with commas: another
 *                             SR is left alone
 *                  map        the text of a map file (report/id_map.h), such as
 *                             `map` in the value of plan
 *   verify         SCSIid     several with commas
 *   resign         attach     "true": and then attach
 *   resign, attach name-label of the SR; else what its metadata has
 *   detach         sr_uuid    the SR, and no more
 *
 * rescan is what attach calls on each host; release, with targetIQN, SCSIid and
 * sr_uuid, is what detach does.
 */
#ifndef XAPI_PLUGIN_FUNCTIONS_H
#define XAPI_PLUGIN_FUNCTIONS_H

#include "base/error.h"
#include "sm/request.h"

typedef int (*plugin_function)(const struct request *request, char **value,
			       struct error *err);

int plugin_list(const struct request *request, char **value, struct error *err);
int plugin_inspect(const struct request *request, char **value,
		   struct error *err);
int plugin_plan(const struct request *request, char **value, struct error *err);
int plugin_resign(const struct request *request, char **value,
		  struct error *err);
int plugin_recover(const struct request *request, char **value,
		   struct error *err);
int plugin_verify(const struct request *request, char **value,
		  struct error *err);
int plugin_attach(const struct request *request, char **value,
		  struct error *err);
int plugin_detach(const struct request *request, char **value,
		  struct error *err);
int plugin_rescan(const struct request *request, char **value,
		  struct error *err);
int plugin_release(const struct request *request, char **value,
		   struct error *err);
int plugin_version(const struct request *request, char **value,
		   struct error *err);

#endif
