// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xe, for the commands of the README: what it prints and where, and its exit
 * status (xapi's ocaml/xapi-cli-server and ocaml/xe-cli).
 */
#ifndef STANDIN_XE_H
#define STANDIN_XE_H

/* argv[1] is the command, then key=value. The stand-in's socket is in the
 * environment, XE_SOCKET. Returns the exit status. */
int xe(int argc, char **argv);

#endif
