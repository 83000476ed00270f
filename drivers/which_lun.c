// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/which_lun.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"
#include "drivers/process.h"
#include "host/disk_id.h"
#include "host/hba.h"
#include "host/this_host.h"
#include "iscsi/target.h"
#include "iscsi/user_search.h"
#include "sm/lists.h"
#include "xapi/guard.h"

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

/* ---- one target ---- */

static int list_one(const struct device_config *config, struct error *err)
{
	struct lun_listing luns;

	if (user_search_list(&config->target, &luns, err))
		return -1;
	write_luns(&luns);
	return 0;
}

/* ---- "*": several targets ---- */

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

/* ---- by HBA ---- */

/* Of a disk or map by any path to it. */
static int names_of_path(const char *path, struct lun_names *names,
			 struct error *err)
{
	char device[BLOCK_NAME_SIZE];
	struct stat st;

	if (stat(path, &st))
		return error_set(err, ERROR_NO_DISK, "%.200s: %s", path,
				 strerror(errno));
	if (!S_ISBLK(st.st_mode) || !block_name(st.st_rdev, device))
		return error_set(err, ERROR_BAD_PATH,
				 "%.200s is no block device", path);
	device_names_read(device, names);
	return 0;
}

static int take_device(struct device_config *config, struct error *err)
{
	struct lun_names names;
	const char *id;

	if (names_of_path(config->device, &names, err))
		return -1;
	id = host_scsi_id(&names)->text;
	if (!*id)
		return error_set(err, ERROR_NO_SCSIID,
				 "%.200s has no SCSIid: it is no LUN",
				 config->device);
	config->scsi_id = alloc_text(id);
	return 0;
}

/* chosen[i]: neither the root disk nor on record. */
static int choose(const struct call *call, const struct hba_luns *luns,
		  bool *chosen, struct error *err)
{
	struct records records = { 0 };
	struct lun_names root = { .all = "" };
	char path[256];
	int failed = 0;

	host_inventory_root_disk(call->conf.inventory, path, sizeof(path));
	if (*path && names_of_path(path, &root, err))
		log_warning("the disk that this host starts from: %s",
			    err->text);
	if (call->xapi)
		failed = pool_records_read(call->xapi, &records, err);
	for (size_t i = 0; !failed && i < luns->count; i++) {
		const struct lun_names *names = &luns->items[i].details.names;
		const struct guard_question question = { .names = names };

		chosen[i] =
			!lun_names_same(&root, names) &&
			!owner_refuses(guard_judge(&records, &question).owner);
	}
	records_free(&records);
	return failed;
}

static int list_luns_of(const struct call *call, const struct hbas *hbas,
			struct error *err)
{
	struct hba_facts *facts = alloc_zeroed(hbas->count + 1, sizeof(*facts));
	struct hba_luns luns;
	bool *chosen;
	int failed;

	hba_luns_read(hbas, &luns);
	chosen = alloc_zeroed(luns.count, sizeof(*chosen));
	failed = choose(call, &luns, chosen, err);
	if (!failed) {
		for (size_t i = 0; i < hbas->count; i++)
			hba_facts_read(&hbas->items[i], &facts[i]);
		process_list(list_devices(hbas, &luns, chosen, facts));
	}
	log_info("%zu LUNs by %zu HBAs", luns.count, hbas->count);
	free(facts);
	free(chosen);
	hba_luns_free(&luns);
	return failed;
}

static int list_all(const struct call *call, struct error *err)
{
	struct hbas hbas;
	int failed;

	if (call->config.rescan && hbas_rescan(err))
		log_warning("%s", err->text);
	hbas = hbas_read();
	failed = list_luns_of(call, &hbas, err);
	hbas_free(&hbas);
	return failed;
}

/* The list has what SM's has: the LUNs of this host's HBAs, but for the disk
 * that it starts from and those that xapi has on record. */
static int which_device(struct call *call, struct error *err)
{
	struct device_config *config = &call->config;

	if (!config->scsi_id && config->device && take_device(config, err))
		return -1;
	if (!config->scsi_id && list_all(call, err))
		return -1;
	return device_config_require_lun(config, err);
}

/* ---- all of them ---- */

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
