// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/sr_type.h"

#include <stddef.h>
#include <string.h>

const struct sr_type sr_type_iscsi = {
	.program = "RELVMoISCSISR",
	.name = "relvmoiscsi",
	.attached_as = "lvmoiscsi",
	.driver_name = "LVHD over iSCSI with resigning of duplicates",
	.description = "SR plugin which gives the clone of an LVHD SR's iSCSI "
		       "LUN new identifiers, so that it can be attached beside "
		       "its original",
	.keys = CONFIG_ISCSI,
};

const struct sr_type sr_type_hba = {
	.program = "RELVMoHBASR",
	.name = "relvmohba",
	.attached_as = "lvmohba",
	.driver_name = "LVHD over HBA with new identifiers for clones",
	.description =
		"SR plugin which gives the clone of an LVHD SR's HBA LUN "
		"new identifiers, so that it can be attached beside its "
		"original",
	.keys = CONFIG_HBA,
};

static const struct sr_type *const types[] = { &sr_type_iscsi, &sr_type_hba };

const struct sr_type *sr_type_of_program(const char *program)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i]->program, program) == 0)
			return types[i];
	}
	return NULL;
}

const struct sr_type *sr_type_of_attached(const char *attached_as)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i]->attached_as, attached_as) == 0)
			return types[i];
	}
	return NULL;
}
