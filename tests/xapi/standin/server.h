// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xapi's unix socket: XML-RPC over HTTP, a thread a connection.
 */
#ifndef STANDIN_SERVER_H
#define STANDIN_SERVER_H

/* Serves until the process ends; returns if the socket cannot be had. */
void serve(const char *socket_name);

#endif
