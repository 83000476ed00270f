// SPDX-License-Identifier: LGPL-2.1-only
#ifdef LVM_LIBRARY
#include "host/lvm_run.h"

#include <errno.h>
#include <fcntl.h>
#include <lvm2cmd.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS 60000

/* What `lvm` exits with when a command fails. */
#define FAILED 5

/* As liblvm2cmd takes a command: one line, words in single quotes. */
static void add_command(struct buffer *line, const lvm_command command)
{
	for (int i = 0; i < LVM_WORDS && command[i]; i++) {
		buffer_add(line, "'", 1);
		buffer_add(line, command[i], strlen(command[i]));
		buffer_add(line, "' ", 2);
	}
	buffer_add(line, "", 1);
}

static int run_all(const lvm_command *commands, size_t count)
{
	void *lvm = lvm2_init();
	bool good = lvm;

	for (size_t i = 0; good && i < count; i++) {
		struct buffer line = { 0 };

		add_command(&line, commands[i]);
		good = !line.failed && lvm2_run(lvm, (char *)line.data) ==
					       LVM2_COMMAND_SUCCEEDED;
		buffer_free(&line);
	}
	if (lvm)
		lvm2_exit(lvm);
	return good ? 0 : FAILED;
}

/* The child process. It must not come to what the parent has still to do. */
_Noreturn static void be_lvm(const lvm_command *commands, size_t count, int out,
			     int err)
{
	int status = FAILED;
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

	__fpurge(stdout);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
	/* The first as for `lvm`: no lvm.conf, and no cache or backup. */
	if (in >= 0 && dup2(in, STDIN_FILENO) == STDIN_FILENO &&
	    dup2(out, STDOUT_FILENO) == STDOUT_FILENO &&
	    dup2(err, STDERR_FILENO) == STDERR_FILENO &&
	    setenv("LVM_SYSTEM_DIR", "", 1) == 0 &&
	    setenv("LC_ALL", "C", 1) == 0)
		status = run_all(commands, count);
	fflush(stdout);
	fflush(stderr);
	_exit(status);
}

/* False: it did not end in time. `alive` is a pipe that ends with it. */
static bool wait_for(pid_t pid, int alive, int *status)
{
	struct pollfd end = { .fd = alive, .events = POLLIN };
	int ready, rc;

	do {
		ready = poll(&end, 1, DEADLINE_MS);
	} while (ready < 0 && errno == EINTR);
	/* One that hangs in the kernel is not waited for. */
	if (ready <= 0)
		kill(pid, SIGKILL);
	do {
		rc = waitpid(pid, status, ready > 0 ? 0 : WNOHANG);
	} while (rc < 0 && errno == EINTR);
	return ready > 0 && rc == pid;
}

static int read_output(int fd, struct buffer *out)
{
	char piece[4096];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, piece, sizeof(piece), at)) > 0 &&
	       out->len < CHILD_OUTPUT_MAX) {
		buffer_add(out, piece, (size_t)n);
		at += n;
	}
	buffer_add(out, "", 1);
	if (out->failed)
		return -1;
	out->len--;
	return 0;
}

/* `out` and `err` are files for the child to write. */
static int run_child(const lvm_command *commands, size_t count, int out,
		     int errors, struct child_result *result, struct error *err)
{
	struct child_result got = { 0 };
	int alive[2];
	bool ended;
	int status;
	pid_t pid;

	if (pipe2(alive, O_CLOEXEC))
		return error_set(err, ERROR_INTERNAL, "pipe: %s",
				 strerror(errno));
	pid = fork();
	if (pid == 0)
		be_lvm(commands, count, out, errors);
	close(alive[1]);
	ended = pid > 0 && wait_for(pid, alive[0], &status);
	close(alive[0]);
	if (pid < 0)
		return error_set(err, ERROR_INTERNAL, "fork: %s",
				 strerror(errno));
	if (!ended)
		return error_set(err, ERROR_INTERNAL,
				 "LVM did not end within %d seconds",
				 DEADLINE_MS / 1000);
	got.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
					 : WEXITSTATUS(status);
	if (read_output(out, &got.out) || read_output(errors, &got.err)) {
		child_result_free(&got);
		return error_no_memory(err);
	}
	*result = got;
	return 0;
}

int lvm_run(const lvm_command *commands, size_t count,
	    struct child_result *result, struct error *err)
{
	int out = memfd_create("lvm-out", MFD_CLOEXEC);
	int errors = memfd_create("lvm-err", MFD_CLOEXEC);
	int failed;

	if (out < 0 || errors < 0)
		failed = error_set(err, ERROR_INTERNAL, "memfd_create: %s",
				   strerror(errno));
	else
		failed = run_child(commands, count, out, errors, result, err);
	if (out >= 0)
		close(out);
	if (errors >= 0)
		close(errors);
	return failed;
}
#else
typedef int lvm_is_a_program;
#endif
