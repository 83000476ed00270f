// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A login of the host's to a target at one portal, with our settings.
 */
#ifndef OPENISCSI_LOG_IN_H
#define OPENISCSI_LOG_IN_H

#include <stdbool.h>

#include "base/error.h"
#include "iscsi/address.h"
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

#endif
