// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/sm_backend.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "sm/errors.h"
#include "sm/request.h"
#include "sm/response.h"
#include "sm/smlog.h"
#include "drivers/call.h"
#include "drivers/process.h"
#include "drivers/verbs.h"

static const struct {
	const char *command;
	verb run;
} verbs[] = {
	{ "sr_get_driver_info", verb_sr_get_driver_info },
	{ "sr_create", verb_sr_create },
	{ "sr_probe", verb_sr_probe },
};

static int run_verb(const struct request *request, char **answer,
		    struct error *err)
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

/* The answer to a failure. xapi drops the text of some, so it is logged. */
static char *answer_failure(const struct error *err)
{
	char text[SM_ERROR_TEXT_SIZE];
	int number = sm_error_number(err->code);

	sm_error_text(err, text, sizeof(text));
	log_error("fault %d: %s", number, text);
	return response_fault(number, text);
}

static char *answer_call(const struct sr_type *type, int argc, char **argv)
{
	struct request request;
	struct error err;
	char *answer = NULL;

	if (call_read(argc, argv, request_parse, &request, &err))
		return answer_failure(&err);
	request.type = type;
	log_info("%s " VERSION ": %.64s, SR %.64s", type->name, request.command,
		 request.sr_uuid ? request.sr_uuid : "none");
	if (run_verb(&request, &answer, &err))
		answer = answer_failure(&err);
	request_free(&request);
	return answer;
}

int sm_backend(const struct sr_type *type, int argc, char **argv)
{
	char *answer;

	clock_restart();
	log_to(smlog_write, LOG_LEVEL_INFO);
	alloc_last_words(response_out_of_memory, 0);
	stop_on_signals();
	process_open_standard_files();
	process_forbid_core_files();

	answer = answer_call(type, argc, argv);
	process_write(STDOUT_FILENO, answer);
	free(answer);
	log_info("answered after %ld ms", (long)clock_elapsed_ms());
	return 0;
}
