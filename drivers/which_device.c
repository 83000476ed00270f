// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/which_device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"
#include "drivers/process.h"
#include "host/hba.h"
#include "host/disk_id.h"
#include "host/this_host.h"
#include "sm/lists.h"
#include "xapi/pool_records.h"

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

int which_device(struct call *call, struct error *err)
{
	struct device_config *config = &call->config;

	if (!config->scsi_id && config->device && take_device(config, err))
		return -1;
	if (!config->scsi_id && list_all(call, err))
		return -1;
	return device_config_require_lun(config, err);
}
