// SPDX-License-Identifier: LGPL-2.1-only
/*
 * sr_probe: which targets, which LUNs, and what is on one. It never writes to
 * a LUN, and leaves nothing on the host.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/probe.h"
#include "sm/lists.h"
#include "sm/response.h"
#include "drivers/call.h"
#include "drivers/sm_backend.h"
#include "drivers/which_lun.h"

/* Where SM has a LUN that is attached; ours is no device. */
#define DEVICE_FOLDER "/dev/disk/by-scsid/"

static const char *const journal_words[] = {
	[JOURNAL_NONE] = "none",
	[JOURNAL_CLAIMED] = "begun, not committed",
	[JOURNAL_COMMITTED] = "committed, not finished",
	[JOURNAL_FOREIGN] = "none",
	[JOURNAL_DAMAGED] = "damaged",
};

static const char *known_words(const struct probe *probe)
{
	if (probe->owner == OWNER_NOT_ASKED)
		return "not asked";
	return probe->known ? "true" : "false";
}

static char *answer_sr(const struct probe *probe, const char *scsi_id)
{
	const struct listed_vdis vdis = { probe->vdis, probe->snapshots };
	const struct uuid_string uuid = uuid_string(&probe->sr);
	struct listed_sr sr = {
		.uuid = uuid.chars,
		.size = probe->size,
		.known = known_words(probe),
		.lun = owner_text(probe->owner),
		.journal = journal_words[probe->journal],
		.vdis = probe->counted ? &vdis : NULL,
	};
	char *device, *list;

	log_info("SCSIid %s holds SR %s, %zu VDIs, %zu of them snapshots; "
		 "known to xapi: %s, LUN: %s, journal: %s",
		 scsi_id, uuid.chars, probe->vdis, probe->snapshots, sr.known,
		 sr.lun, sr.journal);
	sr.device = device = alloc_printf(DEVICE_FOLDER "%s", scsi_id);
	list = list_sr(&sr);
	free(device);
	return list;
}

static int probe_call(struct call *call, char **list, struct error *err)
{
	struct device_config *config = &call->config;
	struct lun_choice choice;
	struct probe found;

	if (which_lun(call, err))
		return -1;
	choice = call_choice(call);
	if (probe(&choice, call->xapi, &found, err)) {
		which_target_instead(config, err);
		return -1;
	}
	if (!found.has_sr)
		log_info("SCSIid %s holds no SR", config->scsi_id);
	*list = found.has_sr ? answer_sr(&found, config->scsi_id)
			     : list_sr(NULL);
	return 0;
}

int verb_sr_probe(const struct request *request, char **answer,
		  struct error *err)
{
	struct call call;
	char *list;
	int rc;

	if (call_begin(request, &call, err))
		return -1;
	rc = probe_call(&call, &list, err);
	call_end(&call);
	if (rc == 0) {
		*answer = response_string(list);
		free(list);
	}
	return rc;
}
