// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The plugin's functions. Each sets *value, a JSON document of schema.json that
 * the caller frees, and returns 0; or -1 with the failure in *err.
 *
 * Arguments are the keys of device_config: target, targetIQN, SCSIid … Further:
 *
 *   type           lvmohba: the LUN is by HBA; else lvmoiscsi
 *   plan, resign   sr_uuid    the SR's new uuid
 *                  from       the SR's old uuid, several with commas: another
 *                             SR is left alone
 *                  map        the text of a map file (plan/map_file.h), such as
 *                             `map` in the value of plan
 *   verify         SCSIid     several with commas
 *   resign         attach     "true": and then attach
 *   resign, attach name-label of the SR; else what its metadata has
 *   detach         sr_uuid    the SR, and no more
 *
 * rescan is what attach calls on each host; release, with targetIQN, SCSIid and
 * sr_uuid, is what detach does; in_use and refresh, which take the SCSIid alone,
 * what a resign of a LUN by HBA calls on each other host.
 */
#ifndef XAPI_PLUGIN_FUNCTIONS_H
#define XAPI_PLUGIN_FUNCTIONS_H

/* The program as xapi's plugin `relvmoiscsi` (drivers/answer.h): the call is
 * the function's name with a session and a struct of strings; the answer a
 * struct of Status and Value, or of Status and ErrorDescription.
 *
 * Returns the exit status. Wipes argv[1]. */
int plugin(int argc, char **argv);

#endif
