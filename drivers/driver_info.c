// SPDX-License-Identifier: LGPL-2.1-only
/*
 * sr_get_driver_info: what the driver says of itself.
 */
#include "sm/response.h"
#include "drivers/verbs.h"

int verb_sr_get_driver_info(const struct request *request, char **answer,
			    struct error *err)
{
	/* sr_create needs none; without SR_PROBE xapi would not let sr_probe
	 * through. */
	static const char *const capabilities[] = { "SR_PROBE", NULL };
	const struct driver_info info = {
		.name = request->type->driver_name,
		.description = request->type->description,
		.vendor = "The relvmoiscsi project",
		.copyright = "(C) The relvmoiscsi authors",
		.driver_version = VERSION,
		.required_api_version = "1.0",
		.capabilities = capabilities,
		.configuration = config_keys,
		.configuration_count = config_key_count,
		.types = request->type->keys,
	};

	(void)err;
	*answer = response_driver_info(&info);
	return 0;
}
