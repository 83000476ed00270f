// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi-plugin/plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "drivers/call.h"
#include "drivers/process.h"
#include "sm/errors.h"
#include "sm/request.h"
#include "sm/response.h"
#include "sm/smlog.h"
#include "xapi-plugin/functions.h"

static char *answer_failure(const struct error *err)
{
	char text[SM_ERROR_TEXT_SIZE];
	int number = sm_error_number(err->code);
	char code[32];

	snprintf(code, sizeof(code), "SR_BACKEND_FAILURE_%d", number);
	sm_error_text(err, text, sizeof(text));
	log_error("plugin: %s: %s", code, text);
	return response_plugin_failure(code, text);
}

static char *answer_call(int argc, char **argv)
{
	struct request request;
	struct error err;
	char *answer = NULL;
	char *value = NULL;

	if (call_read(argc, argv, request_parse_plugin, &request, &err))
		return answer_failure(&err);
	log_info("relvmoiscsi " VERSION ": plugin, %.64s", request.command);
	if (plugin_run(&request, &value, &err))
		answer = answer_failure(&err);
	else
		answer = response_plugin_success(value);
	free(value);
	request_free(&request);
	return answer;
}

int plugin(int argc, char **argv)
{
	char *answer;

	clock_restart();
	log_to(smlog_write, LOG_LEVEL_INFO);
	alloc_last_words(response_plugin_out_of_memory, 0);
	stop_on_signals();
	process_open_standard_files();
	process_forbid_core_files();
	answer = answer_call(argc, argv);
	process_write(STDOUT_FILENO, answer);
	free(answer);
	return 0;
}
