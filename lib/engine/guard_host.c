// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/guard_host.h"

#include <stdbool.h>
#include <string.h>

#include "base/log.h"
#include "host/block.h"
#include "host/disk_id.h"
#include "host/in_use.h"

int guard_host(const char *disk, const struct lun_names *names,
	       struct error *err)
{
	struct block_names others;
	bool untold;
	int failed = 0;

	if (disk && in_use_check(disk, err))
		return -1;
	others = disks_of_lun(names, &untold);
	if (untold)
		log_warning("this host's kernel does not tell which LUNs its "
			    "disks are, so it is not known whether it uses "
			    "SCSIid %.80s by another disk",
			    lun_names_best(names));
	for (size_t i = 0; !failed && i < others.count; i++) {
		if (disk && strcmp(others.items[i], disk) == 0)
			continue;
		failed = in_use_check(others.items[i], err);
		/* A path that fails is not one that is used. */
		if (failed && err->code == ERROR_NO_DEVICE) {
			log_warning("%s", err->text);
			failed = 0;
		}
	}
	block_names_free(&others);
	return failed;
}
