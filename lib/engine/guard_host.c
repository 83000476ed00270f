// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/guard_host.h"

#include <stdbool.h>
#include <string.h>

#include "format/vpd83.h"
#include "host/block.h"
#include "host/in_use.h"

/* Whether sysfs has this SCSIid for the disk. */
static bool is_lun(const char *disk, const char *scsi_id)
{
	uint8_t page[VPD_PAGE_LEN];
	uint8_t inquiry[36];
	struct scsi_names names;
	char id[SCSI_ID_SIZE];
	size_t len = block_bytes(disk, "device/vpd_pg83", page, sizeof(page));
	bool named = scsi_names_from_inquiry(
		inquiry,
		block_bytes(disk, "device/inquiry", inquiry, sizeof(inquiry)),
		&names);

	return scsi_id_from_page83(page, len, named ? &names : NULL, id) ==
		       SCSI_ID_FOUND &&
	       strcmp(id, scsi_id) == 0;
}

int guard_host(const char *disk, const char *scsi_id, struct error *err)
{
	struct block_names all;
	int failed = disk ? in_use_check(disk, err) : 0;

	if (failed)
		return -1;
	if (block_all(&all))
		return error_no_memory(err);
	for (size_t i = 0; !failed && i < all.count; i++) {
		const char *other = all.items[i];

		if (strncmp(other, "sd", 2) == 0 &&
		    (!disk || strcmp(other, disk) != 0) &&
		    is_lun(other, scsi_id))
			failed = in_use_check(other, err);
	}
	block_names_free(&all);
	return failed;
}
