// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The portals in device_config: lists of hosts and ports, as lvmoiscsi takes
 * them, into the list that a login tries in order.
 */
#ifndef ISCSI_PORTALS_H
#define ISCSI_PORTALS_H

#include <stdint.h>

#include "base/error.h"
#include "iscsi/target.h"

#define PORTALS_MAX  64
#define PORTALS_PORT 3260

/* Reads a port, 1..65535; blanks around it do not count. ERROR_BAD_PORT names
 * `key`. */
int port_read(const char *key, const char *text, uint16_t *out,
	      struct error *err);

/* The host that a user's text names: a DNS name or an address, an IPv6 address
 * without its brackets, which are taken off in place. NULL, with `text` as it
 * was, if that can be no host. */
const char *portal_host(char *text);

/* Adds a portal, unless it is there already. ERROR_BAD_VALUE names `key`: there
 * are PORTALS_MAX. */
int portals_add(struct iscsi_target *target, const char *host, uint16_t port,
		const char *key, struct error *err);

/* The key `target`: host names, IPv4 addresses, or IPv6 addresses with or
 * without brackets, separated by commas; all have the same port. Adds to
 * target->portals what is not there yet. ERROR_RESOLVE names a host that cannot
 * be one. On failure what was added before it stays the target's. */
int portals_add_targets(struct iscsi_target *target, const char *list,
			uint16_t port, struct error *err);

/* The key `multihomelist`: host:port, separated by commas. The port is what
 * stands behind the last colon, so that IPv6 addresses need no brackets. */
int portals_add_multihome(struct iscsi_target *target, const char *list,
			  struct error *err);

void portals_free(struct iscsi_target *target);

#endif
