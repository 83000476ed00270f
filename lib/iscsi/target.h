// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Which target, as whom: what both initiators need to log in.
 */
#ifndef ISCSI_TARGET_H
#define ISCSI_TARGET_H

#include <stdint.h>

#include "base/error.h"

struct iscsi_portal {
	char *host; /* name or address, an IPv6 address without brackets */
	uint16_t port;
};

/* All strings are the caller's. CHAP strings that are empty count as NULL. In a
 * discovery there is no iqn yet: it is NULL. */
struct iscsi_target {
	struct iscsi_portal *portals; /* at least one; tried in this order */
	unsigned portal_count;
	char *iqn;	 /* the target's name */
	char *initiator; /* our name */
	char *chap_user; /* NULL: no CHAP */
	char *chap_password;
	char *incoming_user; /* NULL: the target need not prove itself */
	char *incoming_password;
};

/* Names and secrets are there in pairs and fit what iSCSI allows:
 * ERROR_BAD_VALUE names the one that is wrong, never its content if it is a
 * secret. */
int iscsi_target_check(const struct iscsi_target *target, struct error *err);

/* The same without the targetIQN, for a discovery. */
int iscsi_initiator_check(const struct iscsi_target *target, struct error *err);

#endif
