// SPDX-License-Identifier: LGPL-2.1-only
#include "host/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

/* How often it is asked whether the program has ended while a process that it
 * left behind keeps its outputs open. Without one, their end tells. */
#define LOOK_MS 100

/* For a killed program to end: one that hangs in the kernel does not. */
#define KILLED_MS 2000

/* A shell's status for a program that could not be run. */
#define NOT_RUN 127

static const char *const folders[] = { "/usr/sbin", "/usr/bin", "/sbin",
				       "/bin" };

struct running {
	pid_t pid;
	struct pollfd outputs[2]; /* fd is -1 when it has ended */
	struct buffer *kept[2];
	bool ended;
	int status;
};

static int find_program(const char *name, char *path, size_t size,
			struct error *err)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, size, "%s/%s", folders[i], name);
		if (access(path, X_OK) == 0)
			return 0;
	}
	return error_set(err, ERROR_HOST,
			 "%s is not installed: it is in none of /usr/sbin, "
			 "/usr/bin, /sbin and /bin",
			 name);
}

/* SIGPIPE is ignored here and would stay so; nothing is to be blocked. */
static void __attribute__((noreturn))
be_program(const char *path, const char *const *argv, const char *variable,
	   const int *outputs)
{
	const char *const envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
				     "LC_ALL=C", variable, NULL };
	int none = open("/dev/null", O_RDONLY);
	sigset_t set;

	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
	if (none >= 0 && dup2(none, STDIN_FILENO) >= 0 &&
	    dup2(outputs[0], STDOUT_FILENO) >= 0 &&
	    dup2(outputs[1], STDERR_FILENO) >= 0)
		/* execve's types lack a const that its contract has. */
		execve(path, (char *const *)(uintptr_t)argv,
		       (char *const *)(uintptr_t)envp);
	_exit(NOT_RUN);
}

static void close_outputs(struct running *child)
{
	for (int i = 0; i < 2; i++) {
		if (child->outputs[i].fd >= 0)
			close(child->outputs[i].fd);
	}
}

static int start(const char *const *argv, const char *variable,
		 struct running *child, struct error *err)
{
	int out[2] = { -1, -1 }, errors[2] = { -1, -1 };
	char path[64];

	child->pid = -1;
	if (find_program(argv[0], path, sizeof(path), err))
		return -1;
	if (pipe2(out, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0)
		child->pid = fork();
	if (child->pid == 0)
		be_program(path, argv, variable, (int[]){ out[1], errors[1] });
	if (child->pid < 0)
		error_set(err, ERROR_HOST, "%s: %s", path, strerror(errno));
	else
		setpgid(child->pid, child->pid); /* whoever is first */
	close(out[1]);
	close(errors[1]);
	child->outputs[0] = (struct pollfd){ out[0], POLLIN, 0 };
	child->outputs[1] = (struct pollfd){ errors[0], POLLIN, 0 };
	if (child->pid < 0)
		close_outputs(child);
	return child->pid < 0 ? -1 : 0;
}

static void look_for_end(struct running *child)
{
	int status;
	pid_t pid;

	do {
		pid = waitpid(child->pid, &status, WNOHANG);
	} while (pid < 0 && errno == EINTR);
	if (pid == 0)
		return;
	child->ended = true;
	if (pid < 0)
		child->status = NOT_RUN;
	else if (WIFSIGNALED(status))
		child->status = 128 + WTERMSIG(status);
	else
		child->status = WEXITSTATUS(status);
}

static void read_output(struct pollfd *output, struct buffer *kept)
{
	char piece[4096];
	ssize_t n = read(output->fd, piece, sizeof(piece));
	size_t room = CHILD_OUTPUT_MAX - kept->len;

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close(output->fd);
		output->fd = -1;
		return;
	}
	buffer_add(kept, piece, (size_t)n < room ? (size_t)n : room);
}

static bool all_read(const struct running *child)
{
	return child->outputs[0].fd < 0 && child->outputs[1].fd < 0;
}

static void wait_for_end(struct running *child, int64_t deadline)
{
	while (!child->ended && clock_now_ms() < deadline) {
		look_for_end(child);
		if (!child->ended)
			poll(NULL, 0, 1);
	}
}

/* Reads until the program has ended, or `deadline` has come. */
static void follow(struct running *child, int64_t deadline)
{
	while (!all_read(child)) {
		int64_t left = deadline - clock_now_ms();
		int ready;

		if (left <= 0)
			break;
		ready = poll(child->outputs, 2,
			     left < LOOK_MS ? (int)left : LOOK_MS);
		for (int i = 0; ready > 0 && i < 2; i++) {
			if (child->outputs[i].fd >= 0 &&
			    child->outputs[i].revents)
				read_output(&child->outputs[i], child->kept[i]);
		}
		if (ready == 0) {
			look_for_end(child);
			if (child->ended)
				break;
		}
	}
	/* It may have closed its outputs and live on. */
	wait_for_end(child, deadline);
}

int child_run(const char *const *argv, const char *variable,
	      unsigned deadline_ms, struct child_result *result,
	      struct error *err)
{
	struct child_result got = { 0 };
	struct running child = { .kept = { &got.out, &got.err } };
	bool late;

	if (start(argv, variable, &child, err))
		return -1;
	follow(&child, clock_now_ms() + deadline_ms);
	late = !child.ended;
	if (late) {
		kill(-child.pid, SIGKILL);
		wait_for_end(&child, clock_now_ms() + KILLED_MS);
	}
	close_outputs(&child);
	buffer_add(&got.out, "", 1);
	buffer_add(&got.err, "", 1);
	got.status = child.status;
	if (late) {
		child_result_free(&got);
		return error_set(
			err, ERROR_HOST,
			"%s did not end within %u seconds and was killed%s",
			argv[0], deadline_ms / 1000,
			child.ended ? "" : ", but hangs in the kernel");
	}
	got.out.len--;
	got.err.len--;
	*result = got;
	return 0;
}

void child_result_free(struct child_result *result)
{
	buffer_free(&result->out);
	buffer_free(&result->err);
}

const char *child_said(struct child_result *result)
{
	struct buffer *said = result->err.len ? &result->err : &result->out;
	char *line = (char *)said->data;

	line[strcspn(line, "\n")] = '\0';
	return line;
}
