// SPDX-License-Identifier: LGPL-2.1-only
#include "host/host_scsi_id.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/child.h"

/* The first systemd whose scsi_id reads all of a long page 0x83. */
#define READS_LONG_PAGES 243

#define DEADLINE_MS 5000

static long udev_version(void)
{
	static const char *const argv[] = { "udevadm", "--version", NULL };
	const struct child_command command = {
		.argv = argv,
		.deadline_ms = DEADLINE_MS,
	};
	struct child_result result;
	struct error ignored;
	long version;

	if (child_run(&command, &result, &ignored))
		return 0;
	version = strtol((const char *)result.out.data, NULL, 10);
	child_result_free(&result);
	log_info("udev is of version %ld", version);
	return version;
}

const struct scsi_id *host_scsi_id(const struct lun_names *names)
{
	static long version = -1;

	if (strcmp(names->scsi_id.text, names->old_scsi_id.text) == 0)
		return &names->scsi_id;
	if (version < 0)
		version = udev_version();
	return version >= READS_LONG_PAGES ? &names->scsi_id
					   : &names->old_scsi_id;
}
