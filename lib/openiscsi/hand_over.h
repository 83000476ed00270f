// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A session of ours that the storage manager has come to count on. It takes
 * whatever session there is to this IQN and portal for one of its own, and
 * neither logs in nor looks for LUNs any more. So it gets what its own login
 * would have made: all LUNs, and where the host has multipathing a session to
 * each portal.
 *
 * Source: xapi-project/sm, BaseISCSI.attach.
 */
#ifndef OPENISCSI_HAND_OVER_H
#define OPENISCSI_HAND_OVER_H

#include "iscsi/discover.h"
#include "iscsi/target.h"
#include "openiscsi/sr_ref.h"

/* The portals at which the target that answers at `address` can be reached as
 * well, if the host has multipathing. To be given to iscsi_offers_free. Takes
 * as long as a discovery: the lock is not to be held. */
struct iscsi_offers hand_over_portals(const struct iscsi_target *target,
				      const struct iscsi_address *address);

/* The lock around iscsiadm is held. What fails is logged. */
void hand_over(const struct iscsi_target *target,
	       const struct iscsi_offers *portals, struct sr_ref *users);

#endif
