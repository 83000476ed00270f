// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The SR types that this program registers: one for LUNs over iSCSI, one for
 * LUNs by HBA (Fibre Channel, SAS, hardware iSCSI). On the LUN both are the same
 * SR; what differs is how it is reached, and what it is attached as. Source: SM's
 * LVHDoISCSISR.py and LVHDoHBASR.py.
 */
#ifndef SM_SR_TYPE_H
#define SM_SR_TYPE_H

#include "sm/config_keys.h"

struct sr_type {
	const char *program; /* what xapi runs; the type is its name in lower
			      * case, without SR */
	const char *name;
	const char *attached_as; /* SM's type */
	/* By sr_get_driver_info. CloudStack knows the one over iSCSI by its
	 * name, and must not take another for it: the names never change. */
	const char *driver_name;
	const char *description;
	enum config_for keys;
};

extern const struct sr_type sr_type_iscsi, sr_type_hba;

/* The type whose program has this name; NULL if none has. */
const struct sr_type *sr_type_of_program(const char *program);

/* The type whose SRs are attached as this; NULL if none is. */
const struct sr_type *sr_type_of_attached(const char *attached_as);

#endif
