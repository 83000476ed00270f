// SPDX-License-Identifier: LGPL-2.1-only
/*
 * sr_create: from xapi's call to a resigned LUN.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/resign.h"
#include "sm/conf.h"
#include "sm/device_config.h"
#include "sm/errors.h"
#include "sm/response.h"
#include "drivers/verbs.h"

/* xapi has made this uuid for the SR; it becomes the SR's on the LUN. */
static int read_sr_uuid(const struct request *request, struct uuid *out,
			struct error *err)
{
	if (!request->sr_uuid)
		return error_set(err, ERROR_BAD_REQUEST, "sr_uuid is missing");
	if (strlen(request->sr_uuid) != UUID_TEXT_LEN ||
	    !uuid_from_text(request->sr_uuid, out))
		return error_set(err, ERROR_BAD_REQUEST,
				 "sr_uuid: '%.64s' is not a uuid",
				 request->sr_uuid);
	return 0;
}

static int read_device_config(const struct request *request,
			      struct device_config *out, struct error *err)
{
	struct device_config_defaults defaults = {
		.initiator_name_file = INITIATOR_NAME_FILE,
	};
	struct conf conf;

	if (conf_load(&conf, err))
		return -1;
	defaults.initiator = conf.initiator;
	return device_config_read(&request->device_config, &defaults, out, err);
}

static enum resign_initiator resign_initiator_of(enum initiator_kind kind)
{
	switch (kind) {
	case INITIATOR_OPEN_ISCSI:
		return RESIGN_OPEN_ISCSI;
	case INITIATOR_LIBISCSI:
		return RESIGN_LIBISCSI;
	}
	return RESIGN_OPEN_ISCSI;
}

static int resign(const struct device_config *config,
		  const struct uuid *new_sr_uuid, struct error *err)
{
	const struct resign_request request = {
		.initiator = resign_initiator_of(config->initiator),
		.snapshots = config->drop_snapshots ? RESIGN_SNAPSHOTS_DROP
						    : RESIGN_SNAPSHOTS_KEEP,
		.target = config->target,
		.scsi_id = config->scsi_id,
		.new_sr_uuid = *new_sr_uuid,
	};

	log_info("sr_create: resigning LUN %s of %s", config->scsi_id,
		 config->target.iqn);
	return resign_over_iscsi(&request, err);
}

int verb_sr_create(const struct request *request, char **answer,
		   struct error *err)
{
	struct device_config config;
	struct uuid new_sr_uuid;
	char *resigned;
	int rc;

	if (read_sr_uuid(request, &new_sr_uuid, err))
		return -1;
	/* made first: a LUN once resigned must not lack its answer */
	resigned = response_fault(SM_RESIGNED_NUMBER, SM_RESIGNED_TEXT);
	if (!resigned)
		return error_no_memory(err);
	rc = read_device_config(request, &config, err);
	if (rc == 0) {
		rc = device_config_require_lun(&config, err);
		if (rc == 0)
			rc = resign(&config, &new_sr_uuid, err);
		device_config_free(&config);
	}
	if (rc)
		free(resigned);
	else
		*answer = resigned;
	return rc;
}
