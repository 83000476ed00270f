// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/guard_host.h"

#include <stdbool.h>
#include <string.h>

#include "base/log.h"
#include "host/block.h"
#include "host/disk_id.h"
#include "host/in_use.h"

/* The disks of `all` that are the LUN, but for `disk`. */
static int check_others(const struct block_names *all, const char *disk,
			const struct lun_names *names, struct error *err)
{
	bool there = false, told = false;

	for (size_t i = 0; i < all->count; i++) {
		const char *other = all->items[i];
		struct lun_names others;

		if (strncmp(other, "sd", 2) != 0 ||
		    (disk && strcmp(other, disk) == 0))
			continue;
		there = true;
		if (!disk_names_known(other, &others))
			continue;
		told = true;
		if (lun_names_same(&others, names) && in_use_check(other, err))
			return -1;
	}
	if (there && !told)
		log_warning("this host's kernel does not tell which LUNs its "
			    "disks are, so it is not known whether it uses "
			    "SCSIid %.80s by another disk",
			    lun_names_best(names));
	return 0;
}

int guard_host(const char *disk, const struct lun_names *names,
	       struct error *err)
{
	struct block_names all;
	int failed;

	if (disk && in_use_check(disk, err))
		return -1;
	all = block_all();
	failed = check_others(&all, disk, names, err);
	block_names_free(&all);
	return failed;
}
