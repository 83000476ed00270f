// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/verified.h"

#include <stdlib.h>

#include "base/alloc.h"

void verified_compare(const struct verified_lun *luns, size_t count,
		      struct findings *duplicates)
{
	const struct sr_report **srs = alloc_zeroed(count, sizeof(*srs));
	const char **names = alloc_zeroed(count, sizeof(*names));

	for (size_t i = 0; i < count; i++) {
		srs[i] = luns[i].readable ? &luns[i].look.sr : NULL;
		names[i] = luns[i].name;
	}
	check_duplicates(srs, names, count, duplicates);
	free(srs);
	free(names);
}

void verified_free(struct verified_lun *luns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		findings_free(&luns[i].findings);
		look_free(&luns[i].look);
	}
	free(luns);
}
