// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/guard_host.h"

#include <stdbool.h>
#include <string.h>

#include "base/log.h"
#include "format/vpd83.h"
#include "host/block.h"
#include "host/in_use.h"

/* Its SCSIid as far as sysfs tells, empty where it has none. False: sysfs has
 * nothing that would tell. */
static bool read_id(const char *disk, char id[SCSI_ID_SIZE])
{
	uint8_t page83[VPD_PAGE_LEN], page80[VPD_PAGE_LEN], inquiry[36];
	size_t len83 =
		block_bytes(disk, "device/vpd_pg83", page83, sizeof(page83));
	size_t len80 =
		block_bytes(disk, "device/vpd_pg80", page80, sizeof(page80));
	size_t len =
		block_bytes(disk, "device/inquiry", inquiry, sizeof(inquiry));
	struct scsi_names names;
	bool named = scsi_names_from_inquiry(inquiry, len, &names);

	id[0] = '\0';
	if (scsi_id_from_page83(page83, len83, named ? &names : NULL, id) !=
	    SCSI_ID_FOUND)
		scsi_id_from_page80(page80, len80, named ? &names : NULL, id);
	return len83 > 0 || len80 > 0;
}

/* The disks of `all` that are the LUN, but for `disk`. */
static int check_others(const struct block_names *all, const char *disk,
			const char *scsi_id, struct error *err)
{
	bool there = false, told = false;

	for (size_t i = 0; i < all->count; i++) {
		const char *other = all->items[i];
		char id[SCSI_ID_SIZE];

		if (strncmp(other, "sd", 2) != 0 ||
		    (disk && strcmp(other, disk) == 0))
			continue;
		there = true;
		told |= read_id(other, id);
		if (strcmp(id, scsi_id) == 0 && in_use_check(other, err))
			return -1;
	}
	if (there && !told)
		log_warning("this host's kernel does not tell which LUNs its "
			    "disks are, so it is not known whether it uses "
			    "SCSIid %.80s by another disk",
			    scsi_id);
	return 0;
}

int guard_host(const char *disk, const char *scsi_id, struct error *err)
{
	struct block_names all;
	int failed = disk ? in_use_check(disk, err) : 0;

	if (failed)
		return -1;
	if (block_all(&all))
		return error_no_memory(err);
	failed = check_others(&all, disk, scsi_id, err);
	block_names_free(&all);
	return failed;
}
