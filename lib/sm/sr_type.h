// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The SR types that this program registers: one for LUNs over iSCSI, one for
 * LUNs by HBA (Fibre Channel, SAS, hardware iSCSI). On the LUN both are the
 * same SR; what differs is how it is reached, and what it is attached as.
 * Source: SM's LVHDoISCSISR.py and LVHDoHBASR.py. And the keys of
 * device_config.
 */
#ifndef SM_SR_TYPE_H
#define SM_SR_TYPE_H

#include <stdbool.h>
#include <stddef.h>

/* Every key that device_config may hold: one table for the driver's
 * description of itself and for the check of what a user gave.
 *
 * Which SR types have a key, bit by bit; and whether it is for a call alone, so
 * that no PBD has it: the initiator's name is each host's own, and what a resign
 * is to do is no SR's business. */
enum config_for {
	CONFIG_ISCSI = 1,
	CONFIG_HBA = 2,
	CONFIG_BOTH = 3,
	CONFIG_CALL = 4,
};

struct config_key {
	const char *name;
	const char *description;
	unsigned types; /* enum config_for */
	/* Of a choice: its two words, the usual one first, and where it is in
	 * struct resign_choices. */
	const char *words;
	size_t choice;
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;

/* The key of this name that one of these types has; NULL if there is none. */
const struct config_key *config_key_find(const char *name,
					 enum config_for types);

/* Also true for the keys that xapi adds by itself. */
bool config_key_known(const char *name, enum config_for types);

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
