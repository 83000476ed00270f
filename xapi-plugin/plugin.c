// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi-plugin/plugin.h"

#include <stdlib.h>

#include "drivers/answer.h"
#include "sm/response.h"
#include "xapi-plugin/functions.h"

static int run(struct request *request, char **answer, struct error *err)
{
	char *value;

	if (plugin_run(request, &value, err))
		return -1;
	*answer = response_plugin_success(value);
	free(value);
	return 0;
}

int plugin(int argc, char **argv)
{
	static const struct answer_form form = {
		request_parse_plugin, run, response_plugin_failure,
		response_plugin_out_of_memory
	};

	return answer_call(&form, NULL, argc, argv);
}
