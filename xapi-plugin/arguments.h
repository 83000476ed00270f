// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What the arguments of a call to the plugin ask for.
 */
#ifndef XAPI_PLUGIN_ARGUMENTS_H
#define XAPI_PLUGIN_ARGUMENTS_H

#include "drivers/call.h"
#include "engine/resign.h"
#include "plan/map_file.h"
#include "rpc/value.h"

struct plugin_arguments {
	const struct request *given; /* the call, as it came */
	struct call call;
	struct lun_choice choice; /* of the LUN; its strings are the call's */
	struct chosen_ids chosen;
	struct uuid *from;
	struct resign_request request; /* all of it but the LUN */
};

enum plugin_wants {
	PLUGIN_WANTS_NOTHING,
	PLUGIN_WANTS_TARGET, /* targetIQN */
	PLUGIN_WANTS_LUN,    /* ... and SCSIid */
	PLUGIN_WANTS_LUNS,   /* ... or some with commas, the first of which is
			      * the call's */
};

/* sr_uuid, from, map, snapshots and journals are for a function that may choose; given to
 * another one they are refused, for it would not do what they say.
 *
 * *out has what was given alone, and is the caller's, to be given to plugin_arguments_free. The errors of
 * call_begin; ERROR_NO_TARGET_IQN, ERROR_NO_SCSIID; ERROR_BAD_VALUE names the
 * argument. */
int plugin_arguments_read(struct plugin_arguments *out, enum plugin_wants wants,
			  bool may_choose, struct error *err);

/* The device_config for PBDs of this LUN; for json_decref. */
json_t *plugin_pbd_config(const struct request *request);

void plugin_arguments_free(struct plugin_arguments *arguments);

#endif
