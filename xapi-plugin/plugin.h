// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The program as xapi's plugin `relvmoiscsi` (drivers/answer.h): the call is the
 * function's name with a session and a struct of strings; the answer a struct of
 * Status and Value, or of Status and ErrorDescription.
 */
#ifndef XAPI_PLUGIN_PLUGIN_H
#define XAPI_PLUGIN_PLUGIN_H

/* Returns the exit status. Wipes argv[1]. */
int plugin(int argc, char **argv);

#endif
