// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/which_lun.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "iscsi/user_search.h"
#include "sm/lists.h"
#include "iscsi/portals.h"
#include "drivers/process.h"
#include "drivers/which_device.h"

static int write_targets(const struct device_config *config, struct error *err)
{
	struct iscsi_offers offers;

	if (iscsi_discover(&config->target, &offers, err))
		return -1;
	process_list(list_targets(&offers, config->targets, config->port));
	iscsi_offers_free(&offers);
	return 0;
}

static void write_luns(struct lun_listing *luns)
{
	log_info("%zu LUNs to choose from", luns->count);
	process_list(list_luns(luns));
	free(luns->items);
}

/* ---- one target -----------------------------------------------------------
 */

static int list_one(const struct device_config *config, struct error *err)
{
	struct lun_listing luns;

	if (user_search_list(&config->target, &luns, err))
		return -1;
	write_luns(&luns);
	return 0;
}

/* ---- "*": several targets -------------------------------------------------
 */

/* Makes the found target the config's, at the portals where it is offered. */
static int take_target(struct device_config *config,
		       const struct iscsi_offers *offers, const char *iqn,
		       struct error *err)
{
	struct iscsi_target *target = &config->target;

	target->iqn = alloc_text(iqn);
	portals_free(target);
	for (size_t i = 0; i < offers->count; i++) {
		const struct iscsi_offer *offer = &offers->items[i];

		if (strcmp(offer->iqn, iqn) == 0 &&
		    target->portal_count < PORTALS_MAX &&
		    portals_add(target, offer->portal.host, offer->portal.port,
				"targetIQN", err))
			return -1;
	}
	log_info("targetIQN *: SCSIid %s is at %s", config->scsi_id, iqn);
	return 0;
}

static int search(struct device_config *config,
		  const struct iscsi_offers *offers, struct error *err)
{
	const char *iqn;

	if (!config->scsi_id) {
		struct lun_listing luns;

		if (user_search_list_all(&config->target, offers, &luns, err))
			return -1;
		write_luns(&luns);
		return error_set(err, ERROR_NO_SCSIID,
				 "device_config has no SCSIid");
	}
	if (user_search_find(&config->target, offers, config->scsi_id, &iqn,
			     err))
		return -1;
	return take_target(config, offers, iqn, err);
}

static int search_any(struct device_config *config, struct error *err)
{
	struct iscsi_offers offers;
	int rc;

	if (config->sessions.count)
		return search(config, &config->sessions, err);
	if (iscsi_discover(&config->target, &offers, err))
		return -1;
	rc = search(config, &offers, err);
	iscsi_offers_free(&offers);
	return rc;
}

int which_lun(struct call *call, struct error *err)
{
	struct device_config *config = &call->config;

	if (config->type == &sr_type_hba)
		return which_device(call, err);
	if (config->any_target)
		return search_any(config, err);
	if (!config->target.iqn && write_targets(config, err))
		return -1;
	if (config->target.iqn && !config->scsi_id && list_one(config, err)) {
		which_target_instead(config, err);
		return -1;
	}
	return device_config_require_lun(config, err);
}

void which_target_instead(const struct device_config *config,
			  const struct error *failure)
{
	struct error err;

	if (failure->code == ERROR_DISCOVERY && !config->any_target &&
	    write_targets(config, &err))
		log_warning("no list of targets: %s", err.text);
}
