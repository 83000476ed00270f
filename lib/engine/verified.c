// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/verified.h"

#include <stdlib.h>

int verified_compare(const struct verified_lun *luns, size_t count,
		     struct findings *duplicates, struct error *err)
{
	const struct sr_report **srs = calloc(count, sizeof(*srs));
	const char **names = calloc(count, sizeof(*names));

	for (size_t i = 0; srs && names && i < count; i++) {
		srs[i] = luns[i].readable ? &luns[i].look.sr : NULL;
		names[i] = luns[i].name;
	}
	if (srs && names)
		check_duplicates(srs, names, count, duplicates);
	else
		duplicates->failed = true;
	free(srs);
	free(names);
	return duplicates->failed ? error_no_memory(err) : 0;
}

void verified_free(struct verified_lun *luns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		findings_free(&luns[i].findings);
		look_free(&luns[i].look);
	}
	free(luns);
}
