// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A portal's address in numbers: what open-iscsi and the kernel call a
 * session's portal by.
 */
#ifndef ISCSI_ADDRESS_H
#define ISCSI_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"
#include "iscsi/target.h"

/* The longest numeric address, with a scope (fe80::1%eth0). */
#define ISCSI_HOST_SIZE 64

struct iscsi_address {
	char host[ISCSI_HOST_SIZE]; /* numeric, no brackets */
	uint16_t port;
};

/* Room for "[address]:port". */
#define ISCSI_PORTAL_SIZE (ISCSI_HOST_SIZE + 9)

/* As `iscsiadm -p` takes it. */
void iscsi_address_text(const struct iscsi_address *address,
			char text[ISCSI_PORTAL_SIZE]);

/* Whether both are the same, however an IPv6 address is written. */
bool iscsi_address_equal(const struct iscsi_address *a,
			 const struct iscsi_address *b);

/* What a sockaddr_in or sockaddr_in6 tells; its port is not looked at. False:
 * it is neither, or names an interface that is gone. */
bool iscsi_address_from(const struct sockaddr *from, uint16_t port,
			struct iscsi_address *out);

/* The address that a connected socket talks to; false if it has none. */
bool iscsi_address_of_peer(int socket, struct iscsi_address *out);

/* Takes a TargetAddress apart (RFC 7143, 13.8), in place: "host:port,group" or
 * "[host]:port,group", the last two optional. False if it is none. */
bool iscsi_address_split(char *text, char **host, uint16_t *port);

#endif
