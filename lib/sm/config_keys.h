// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Every key that device_config may hold: one table for the driver's
 * description of itself and for the check of what a user gave.
 */
#ifndef SM_CONFIG_KEYS_H
#define SM_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* Which SR types have a key, bit by bit. */
enum config_for {
	CONFIG_ISCSI = 1,
	CONFIG_HBA = 2,
	CONFIG_BOTH = 3,
};

struct config_key {
	const char *name;
	const char *description;
	enum config_for types;
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;

/* Also true for the keys that xapi adds by itself. */
bool config_key_known(const char *name, enum config_for types);

#endif
