// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The program as xapi's plugin `relvmoiscsi`: one methodCall in argv[1], the
 * function's name with a session and a struct of strings; one methodResponse on
 * stdout, a struct of Status and Value, or of Status and ErrorDescription.
 * Exit status 0 whatever happens.
 */
#ifndef XAPI_PLUGIN_PLUGIN_H
#define XAPI_PLUGIN_PLUGIN_H

/* Returns the exit status. Wipes argv[1]. */
int plugin(int argc, char **argv);

#endif
