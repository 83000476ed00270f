// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A login of the host's to a target at one portal, with our settings.
 */
#ifndef OPENISCSI_LOG_IN_H
#define OPENISCSI_LOG_IN_H

#include <stdbool.h>

#include "base/error.h"
#include "iscsi/address.h"
#include "iscsi/discover.h"
#include "iscsi/target.h"
#include "openiscsi/sr_ref.h"

/* Logs in with a node record of the host's, if it has one, which is afterwards
 * as it was; else with one of ours, which is gone afterwards and is in the line
 * of `users` meanwhile. `scan`: for all LUNs. *scans: whether that is so; an
 * open-iscsi of before 2.0.875 always does. The lock around iscsiadm is held.
 * The errors of iscsiadm_login; ERROR_LOGIN, too, of a record. */
int log_in(const struct iscsi_target *target,
	   const struct iscsi_address *address, bool scan, struct sr_ref *users,
	   bool *scans, struct error *err);

/* A session of ours that the storage manager has come to count on. It takes
 * whatever session there is to this IQN and portal for one of its own, and
 * neither logs in nor looks for LUNs any more. So it gets what its own login
 * would have made: all LUNs, and where the host has multipathing a session to
 * each portal.
 *
 * Source: xapi-project/sm, BaseISCSI.attach.
 *
 * The portals at which the target that answers at `address` can be reached as
 * well, if the host has multipathing. To be given to iscsi_offers_free. Takes
 * as long as a discovery: the lock is not to be held. */
struct iscsi_offers hand_over_portals(const struct iscsi_target *target,
				      const struct iscsi_address *address);

/* The lock around iscsiadm is held. What fails is logged. */
void hand_over(const struct iscsi_target *target,
	       const struct iscsi_offers *portals, struct sr_ref *users);

#endif
