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
	/* sr_create needs none; without SR_PROBE xapi would not let sr_probe
	 * through. */
	static const char *const capabilities[] = { "SR_PROBE", NULL };
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
