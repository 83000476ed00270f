// SPDX-License-Identifier: LGPL-2.1-only
/*
 * sr_get_driver_info: what the driver says of itself. Clients know it by its
 * name, which therefore never changes.
 */
#include "sm/config_keys.h"
#include "sm/response.h"
#include "drivers/verbs.h"

int verb_sr_get_driver_info(const struct request *request, char **answer,
			    struct error *err)
{
	/* None is needed for sr_create; sr_probe would come only with
	 * SR_PROBE. */
	static const char *const capabilities[] = { NULL };
	const struct driver_info info = {
		.name = "LVHD over iSCSI with resigning of duplicates",
		.description = "SR plugin which gives the clone of an LVHD "
			       "SR's iSCSI LUN new identifiers, so that it "
			       "can be attached beside its original",
		.vendor = "The relvmoiscsi project",
		.copyright = "(C) The relvmoiscsi authors",
		.driver_version = VERSION,
		.required_api_version = "1.0",
		.capabilities = capabilities,
		.configuration = config_keys,
		.configuration_count = config_key_count,
	};

	(void)request;
	(void)err;
	*answer = response_driver_info(&info);
	return 0;
}
