// SPDX-License-Identifier: LGPL-2.1-only
#include "sm_exec.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "xml.h"

#define OUTPUT_MAX (4 * 1024 * 1024)

struct launch launch;

struct output {
	int status;	       /* as of waitpid */
	const char *out, *err; /* what was written */
	const char *answer;    /* as the answer reader has it */
	bool readable;	       /* by xapi */
};

/* In the child. stdin is open for writing only: every read of it fails. */
static void become(const char *program, const char *argument, const char *out,
		   const char *err)
{
	static char path[] = "PATH=/sbin:/usr/sbin:/bin:/usr/bin";
	static char originator[] = "ORIGINATOR=SM";
	static char *environment[64] = { path, originator };
	const char *const argv[] = { program, argument, NULL };
	size_t n = 2;

	for (char **more = launch.environment; *more && n < 63; more++)
		environment[n++] = *more;
	signal(SIGPIPE, SIG_IGN);
	if (chdir("/") || dup2(open("/dev/null", O_WRONLY), 0) < 0 ||
	    dup2(open(out, O_WRONLY), 1) < 0 ||
	    dup2(open(err, O_WRONLY), 2) < 0)
		_exit(126);
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
	/* execve takes what it does not change as char * */
	execve(program, (char **)(uintptr_t)argv, environment);
	_exit(127);
}

static const char *contents(const char *name)
{
	FILE *file = fopen(name, "r");
	char *bytes = calloc(1, OUTPUT_MAX);
	const char *kept;

	if (file && bytes && fread(bytes, 1, OUTPUT_MAX - 1, file) == 0)
		bytes[0] = '\0';
	kept = text("%s", bytes ? bytes : "");
	free(bytes);
	if (file)
		fclose(file);
	return kept;
}

static int run(const char *program, const char *argument, const char *out,
	       const char *err)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		become(program, argument, out, err);
	if (child > 0)
		waitpid(child, &status, 0);
	return status;
}

static void run_and_read(const char *program, const char *argument,
			 struct output *output)
{
	char out[] = "/tmp/standin.out.XXXXXX";
	char err[] = "/tmp/standin.err.XXXXXX";
	char read[] = "/tmp/standin.read.XXXXXX";

	close(mkstemp(out));
	close(mkstemp(err));
	close(mkstemp(read));
	output->status = run(program, argument, out, err);
	output->out = contents(out);
	output->err = contents(err);
	output->readable =
		run(launch.answer_reader, out, read, "/dev/null") == 0;
	output->answer = contents(read);
	unlink(out);
	unlink(err);
	unlink(read);
}

static void log_run(const char *what, const struct output *output)
{
	FILE *log = launch.log ? fopen(launch.log, "a") : NULL;

	if (!log)
		return;
	fprintf(log, "%s: status %d, %zu bytes on stderr, %s", what,
		output->status, strlen(output->err), output->answer);
	fclose(log);
}

const char *driver_of(const char *type)
{
	DIR *folder = opendir(launch.sm_folder);
	const char *found = NULL;
	struct dirent *entry;

	while (folder && !found && (entry = readdir(folder))) {
		const char *name = entry->d_name;
		size_t len = strlen(name);

		if (len > 2 && strcmp(name + len - 2, "SR") == 0 &&
		    len - 2 == strlen(type) &&
		    strncasecmp(name, type, len - 2) == 0)
			found = text("%s/%s", launch.sm_folder, name);
	}
	if (folder)
		closedir(folder);
	return found;
}

static const char *bad_exit(const struct output *output)
{
	if (WIFSIGNALED(output->status))
		return text("received signal: %d", WTERMSIG(output->status));
	return "non-zero exit";
}

/* What xapi makes of a fault. */
static const char *fail_with_fault(const struct sm_call *call,
				   const struct output *output)
{
	char *behind;
	long number = strtol(output->answer + strlen("fault "), &behind, 10);
	const char *words = text("%s", behind + (*behind == ' '));
	char *end = strrchr(words, '\n');

	if (end)
		*end = '\0';
	switch (number) {
	case 16:
		fail("SR_DEVICE_IN_USE", NULL, NULL, NULL);
		break;
	case 24:
		fail("VDI_IN_USE", NULL, NULL, NULL);
		break;
	case 38:
		fail("SR_OPERATION_NOT_SUPPORTED",
		     call->sr_ref ? call->sr_ref : "", NULL, NULL);
		break;
	case 39:
		fail("SR_NOT_EMPTY", NULL, NULL, NULL);
		break;
	case 144:
		fail("VDI_MISSING", call->sr_ref ? call->sr_ref : "", "", NULL);
		break;
	default:
		fail(text("SR_BACKEND_FAILURE_%ld", number), "", words,
		     output->err);
	}
	return NULL;
}

const char *sm_exec(const char *type, const struct sm_call *call)
{
	const char *driver = driver_of(type);
	struct output output;

	if (!driver) {
		fail("SR_UNKNOWN_DRIVER", type, NULL, NULL);
		return NULL;
	}
	run_and_read(driver, sm_call_xml(call), &output);
	log_run(text("%s %s", type, call->command), &output);
	if (output.status != 0) {
		fail("SR_BACKEND_FAILURE", bad_exit(&output), output.out,
		     output.err);
		return NULL;
	}
	if (!output.readable) {
		fail("SR_BACKEND_FAILURE", output.answer, output.out,
		     output.err);
		return NULL;
	}
	if (strncmp(output.answer, "fault ", 6) == 0)
		return fail_with_fault(call, &output);
	return output.answer;
}

const char *answer_line(const char *answer, const char *path)
{
	size_t len = strlen(path);

	while (answer && *answer) {
		const char *end = strchrnul(answer, '\n');

		if (strncmp(answer, path, len) == 0 &&
		    strncmp(answer + len, ": ", 2) == 0) {
			answer += len + 2;
			return text("%.*s", (int)(end - answer), answer);
		}
		answer = *end ? end + 1 : end;
	}
	return "";
}

const char *answer_string(const char *answer)
{
	static const char path[] = "value: ";

	if (strncmp(answer, path, sizeof(path) - 1) != 0)
		return "";
	answer += sizeof(path) - 1;
	return text("%.*s", (int)strlen(answer) - 1, answer);
}

static const char *plugin_failed(const char *what, const struct output *output)
{
	fail("XENAPI_PLUGIN_FAILURE", what, output->out, output->err);
	return NULL;
}

/* Status and Value, or Status and ErrorDescription. */
static const char *plugin_answer(const struct output *output)
{
	const char *status = answer_line(output->answer, "Status");

	if (strcmp(status, "Success") == 0)
		return answer_line(output->answer, "Value");
	if (strcmp(status, "Failure") == 0) {
		fail(answer_line(output->answer, "ErrorDescription[0]"),
		     answer_line(output->answer, "ErrorDescription[1]"),
		     answer_line(output->answer, "ErrorDescription[2]"),
		     answer_line(output->answer, "ErrorDescription[3]"));
		return NULL;
	}
	return plugin_failed("unexpected XMLRPC result", output);
}

const char *plugin_exec(const char *plugin, const char *function,
			const char *session_ref, value *arguments)
{
	const char *program = text("%s/%s", launch.plugin_folder, plugin);
	struct output output;

	if (strchr(plugin, '/') || access(program, X_OK)) {
		fail("XENAPI_MISSING_PLUGIN", plugin, NULL, NULL);
		return NULL;
	}
	run_and_read(program, plugin_call_xml(function, session_ref, arguments),
		     &output);
	log_run(text("plugin %s %s", plugin, function), &output);
	if (output.status != 0)
		return plugin_failed(bad_exit(&output), &output);
	if (!output.readable)
		return plugin_failed("failed to parse plugin output", &output);
	if (strncmp(output.answer, "fault ", 6) == 0)
		return plugin_failed("fault", &output);
	return plugin_answer(&output);
}
