// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Which targets an array offers: SendTargets, over a discovery session of our
 * own. The host's initiator gets no records of it.
 */
#ifndef ISCSI_DISCOVER_H
#define ISCSI_DISCOVER_H

#include <stddef.h>

#include "base/error.h"
#include "iscsi/target.h"

/* A target has one for each of its portals. */
struct iscsi_offer {
	char *iqn; /* without blanks and ASCII controls, at most 223 bytes */
	struct iscsi_portal portal;
};

struct iscsi_offers {
	struct iscsi_offer *items;
	size_t count;
};

/* More than these are left out, with a line in the log. */
#define ISCSI_OFFERS_MAX 2048

/* Asks every portal of `from` and adds what they tell, each offer once, in
 * their order. `from` has no iqn. CHAP counts for a discovery too; incoming
 * CHAP does not, as arrays do not offer it there (nor does SM). What cannot be
 * the name or address of a target is left out.
 *
 * A portal that does not answer is passed over if another one does. Else the
 * errors are those of user_session_open, and ERROR_DISCOVERY: the answer is not
 * one that can be read. */
int iscsi_discover(const struct iscsi_target *from, struct iscsi_offers *out,
		   struct error *err);

/* Adds a copy, unless it is there already. */
void iscsi_offers_add(struct iscsi_offers *offers, const char *iqn,
		      const char *host, uint16_t port);

void iscsi_offers_free(struct iscsi_offers *offers);

/* The key multiSession of lvmoiscsi: the sessions that a targetIQN of "*"
 * stands for, "ip,port,iqn" with '|' between them, and often behind the last.
 * Adds them to *out, which stays the caller's on failure, too. ERROR_BAD_VALUE,
 * ERROR_BAD_PORT. */
int multi_session_read(const char *text, struct iscsi_offers *out,
		       struct error *err);

#endif
