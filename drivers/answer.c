// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/answer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "drivers/process.h"
#include "sm/errors.h"

/* The log's way into SMlog: syslog facility local2 with lines as the storage
 * manager writes them, "SM: [pid] text". */
static void smlog_write(int level, const char *line)
{
	/* LOG_PID would write "SM[pid]:", which SM's log tools do not expect */
	openlog("SM", 0, LOG_LOCAL2);
	syslog(level, "[%ld] %s", (long)getpid(), line);
}

static int read_call(const struct answer_form *form, int argc, char **argv,
		     struct request *out, struct error *err)
{
	size_t len;
	int rc;

	if (argc != 2)
		return error_set(err, ERROR_BAD_REQUEST,
				 "%d arguments instead of one methodCall",
				 argc - 1);
	len = strlen(argv[1]);
	rc = form->parse(argv[1], len, out, err);
	explicit_bzero(argv[1], len);
	return rc;
}

/* xapi drops the text of some, so it is logged. */
static char *answer_failure(const struct answer_form *form,
			    const struct error *err)
{
	char text[SM_ERROR_TEXT_SIZE];
	int number = sm_error_number(err->code);

	sm_error_text(err, text, sizeof(text));
	log_error("fault %d: %s", number, text);
	return form->failure(number, text);
}

static char *answer(const struct answer_form *form, const struct sr_type *type,
		    int argc, char **argv)
{
	struct request request;
	struct error err;
	char *text = NULL;

	if (read_call(form, argc, argv, &request, &err))
		return answer_failure(form, &err);
	request.type = type;
	log_info("%s " VERSION ": %.64s, %s%.64s",
		 type ? type->name : "relvmoiscsi", request.command,
		 type ? "SR " : "plugin",
		 request.sr_uuid ? request.sr_uuid
		 : type		 ? "none"
				 : "");
	if (form->run(&request, &text, &err))
		text = answer_failure(form, &err);
	request_free(&request);
	return text;
}

int answer_call(const struct answer_form *form, const struct sr_type *type,
		int argc, char **argv)
{
	char *text;

	clock_restart();
	log_to(smlog_write, LOG_INFO);
	alloc_last_words(form->out_of_memory, 0);
	stop_on_signals();
	process_open_standard_files();
	process_forbid_core_files();

	text = answer(form, type, argc, argv);
	process_write(STDOUT_FILENO, text);
	free(text);
	log_info("answered after %ld ms", (long)clock_elapsed_ms());
	return 0;
}
