// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The device_config of a call, checked: where the LUN is, as whom to log in,
 * what to do with it. The checks need no network and come in the order of
 * lvmoiscsi's, so that a user's mistake gets the code he knows.
 */
#ifndef SM_DEVICE_CONFIG_H
#define SM_DEVICE_CONFIG_H

#include <stdbool.h>

#include "base/choices.h"
#include "base/error.h"
#include "iscsi/discover.h"
#include "iscsi/target.h"
#include "rpc/value.h"
#include "sm/sr_type.h"

/* Reads a choice of two words, "keep|drop": *out is whether it is the second.
 * ERROR_BAD_VALUE says what `name` can be. */
int choice_read(const char *name, const char *text, const char *words,
		bool *out, struct error *err);

struct device_config {
	const struct sr_type *type;

	/* iqn is NULL if there is no targetIQN, or if it is "*" */
	struct iscsi_target target;
	char *targets; /* the key `target`, as it was given */
	uint16_t port;
	/* targetIQN is "*": whichever target has the LUN, out of those that
	 * multiSession lists, else those that are offered */
	bool any_target;
	struct iscsi_offers sessions; /* of multiSession */

	/* By HBA. */
	char *device; /* in place of the SCSIid; else NULL */
	bool rescan;

	char *scsi_id; /* NULL if there is no SCSIid */
	/* The LUN's number, which says where to look for the SCSIid first */
	bool has_lun_id;
	unsigned lun_id;
	enum initiator_kind initiator;
	struct resign_choices choices;
};

/* What the host says where device_config says nothing. */
struct device_config_defaults {
	const struct sr_type *type;
	enum initiator_kind initiator;
	/* Without a localIQN: the name that the pool has for this host, NULL if
	 * it has none; then what the file says. */
	const char *initiator_name;
	const char *initiator_name_file;

	/* Fetches the password whose secret has this uuid: *out is the caller's
	 * to wipe and free. NULL if there is nobody to ask. */
	int (*read_secret)(void *context, const char *uuid, char **out,
			   struct error *err);
	void *context;
};

/* Checks and copies a struct of strings; *out is the caller's, to be given to
 * device_config_free. A missing targetIQN or SCSIid is no error here, since a
 * discovery needs all the rest. Unknown keys are logged. Errors name the key:
 * ERROR_NO_TARGET, ERROR_NO_INITIATOR, ERROR_RESOLVE (can be no host),
 * ERROR_NO_SECRET, ERROR_BAD_PORT, ERROR_BAD_VALUE, ERROR_NO_TARGET_IQN and
 * ERROR_NO_SCSIID (given, but cannot be one). By HBA: ERROR_NO_PATH_GIVEN,
 * ERROR_BAD_PATH. */
int device_config_read(json_t *map,
		       const struct device_config_defaults *defaults,
		       struct device_config *out, struct error *err);

/* Fails unless one LUN of one target is named: ERROR_NO_TARGET_IQN,
 * ERROR_NO_SCSIID. A LUN is never chosen for the user. */
int device_config_require_lun(const struct device_config *config,
			      struct error *err);

/* Wipes and frees what the config holds. */
void device_config_free(struct device_config *config);

#endif
