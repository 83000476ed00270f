// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/sm_backend.h"

#include <string.h>

#include "drivers/answer.h"
#include "sm/response.h"

/* What the driver says of itself. */
static int sr_get_driver_info(const struct request *request, char **answer,
			      struct error *err)
{
	(void)err;
	*answer = response_driver_info(request->type);
	return 0;
}

static const struct {
	const char *command;
	int (*run)(const struct request *request, char **answer,
		   struct error *err);
} verbs[] = {
	{ "sr_get_driver_info", sr_get_driver_info },
	{ "sr_create", verb_sr_create },
	{ "sr_probe", verb_sr_probe },
};

static int run_verb(struct request *request, char **answer, struct error *err)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(request->command, verbs[i].command) == 0)
			return verbs[i].run(request, answer, err);
	}
	return error_set(err, ERROR_UNIMPLEMENTED,
			 "%.64s: this type only resigns; use the SR with type "
			 "%s",
			 request->command, request->type->attached_as);
}

int sm_backend(const struct sr_type *type, int argc, char **argv)
{
	static const struct answer_form form = { request_parse, run_verb,
						 response_fault,
						 response_out_of_memory };

	return answer_call(&form, type, argc, argv);
}
