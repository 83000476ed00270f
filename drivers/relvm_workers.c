// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/relvm_workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text_file.h"
#include "base/clock.h"
#include "base/stop.h"

/* Progress is shown to a terminal, when it has taken this long. */
#define PATIENCE_MS 1000
#define TICK_MS	    200

struct worker {
	pid_t pid; /* 0: none */
	int fd;	   /* its report */
	size_t index;
	struct buffer report;
};

struct pool {
	const struct relvm_work *work;
	struct worker *workers; /* work->jobs of them */
	struct pollfd *polls;	/* parallel */
	size_t next, done, busy, failed;
	enum relvm_status status;
	bool shown; /* a line of progress is on the terminal */
	bool told;  /* the workers know that they are to stop */
};

/* ---- in the worker ---- */

static void __attribute__((noreturn))
be_worker(const struct relvm_work *work, size_t index, int fd, pid_t parent)
{
	struct relvm_said said = { 0 };
	enum relvm_status status;

	/* If relvm goes, whoever has not committed yet gives up. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(RELVM_FAILED);
	clock_restart();
	status = work->run(work->context, index, &said);
	/* One stream, a NUL between the two texts. */
	buffer_add(&said.out, "", 1);
	if (!file_write_all(fd, said.out.data, said.out.len) ||
	    !file_write_all(fd, said.err.data, said.err.len))
		_exit(RELVM_FAILED); /* without a word, or half of one */
	_exit((int)status);
}

/* ---- in relvm ---- */

static int start(struct pool *pool, struct worker *worker)
{
	pid_t parent = getpid();
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return -1;
	}
	if (pid == 0) {
		close(fds[0]);
		be_worker(pool->work, pool->next, fds[1], parent);
	}
	close(fds[1]);
	*worker = (struct worker){
		.pid = pid,
		.fd = fds[0],
		.index = pool->next++,
	};
	pool->busy++;
	return 0;
}

static void hide_progress(struct pool *pool)
{
	if (pool->shown)
		fputs("\r\033[K", stderr);
	pool->shown = false;
}

static void show_progress(struct pool *pool)
{
	long ms = (long)clock_elapsed_ms();

	if (ms < PATIENCE_MS || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr,
		"\r\033[K%zu done, %zu failed, %zu left, of which %zu are at "
		"work, %ld s",
		pool->done - pool->failed, pool->failed,
		pool->work->count - pool->done, pool->busy, ms / 1000);
	fflush(stderr);
	pool->shown = true;
}

static void take_status(struct pool *pool, enum relvm_status status)
{
	if (status == RELVM_DONE)
		return;
	pool->failed++;
	if (pool->status != RELVM_FAILED)
		pool->status = status;
}

/* False if the worker's report is not whole. */
static bool split_report(const struct buffer *report, struct relvm_said *said)
{
	const uint8_t *end =
		report->len ? memchr(report->data, '\0', report->len) : NULL;
	size_t n;

	if (!end)
		return false;
	n = (size_t)(end - report->data);
	buffer_add(&said->out, report->data, n);
	buffer_add(&said->err, end + 1, report->len - n - 1);
	return true;
}

static bool print(const struct relvm_said *said)
{
	fflush(stdout);
	file_write_all(STDERR_FILENO, said->err.data, said->err.len);
	if (file_write_all(STDOUT_FILENO, said->out.data, said->out.len))
		return true;
	fprintf(stderr,
		"relvm: the report cannot be written: %s; inspect tells what "
		"the LUN is now\n",
		strerror(errno));
	return false;
}

/* The worker has closed its end. */
static void finish(struct pool *pool, struct worker *worker)
{
	const struct relvm_work *work = pool->work;
	enum relvm_status status = RELVM_FAILED;
	struct relvm_said said = { 0 };
	char how[64];
	int code;

	close(worker->fd);
	while (waitpid(worker->pid, &code, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(code))
		status = (enum relvm_status)WEXITSTATUS(code);
	if (!WIFEXITED(code) || !split_report(&worker->report, &said)) {
		snprintf(how, sizeof(how),
			 WIFSIGNALED(code)
				 ? "its process was ended by signal %d"
			 : status == RELVM_NO_MEMORY
				 ? "its process ran out of memory"
				 : "its process ended without a word",
			 WIFSIGNALED(code) ? WTERMSIG(code) : 0);
		said.out.len = said.err.len = 0;
		work->died(work->context, worker->index, how, &said);
		status = RELVM_FAILED;
	}
	hide_progress(pool);
	if (!print(&said))
		status = RELVM_FAILED;
	buffer_free(&said.out);
	buffer_free(&said.err);
	buffer_free(&worker->report);
	worker->pid = 0;
	pool->busy--;
	pool->done++;
	take_status(pool, status);
}

static void receive(struct pool *pool, struct worker *worker)
{
	uint8_t part[65536];
	ssize_t n = read(worker->fd, part, sizeof(part));

	if (n > 0)
		buffer_add(&worker->report, part, (size_t)n);
	else if (n == 0 || errno != EINTR)
		finish(pool, worker);
}

static void start_more(struct pool *pool)
{
	const struct relvm_work *work = pool->work;

	for (unsigned i = 0; i < work->jobs; i++) {
		if (pool->next == work->count || stop_requested())
			return;
		if (pool->workers[i].pid)
			continue;
		if (start(pool, &pool->workers[i])) {
			/* Those under way free what this one lacks. */
			if (pool->busy == 0) {
				fprintf(stderr, "relvm: no process: %s\n",
					strerror(errno));
				pool->status = RELVM_FAILED;
				pool->next = work->count;
			}
			return;
		}
	}
}

/* Who has not committed yet gives up. A signal from a terminal has reached them
 * as well, one from `kill` has not. */
static void pass_signal_on(struct pool *pool)
{
	for (unsigned i = 0; i < pool->work->jobs; i++) {
		if (pool->workers[i].pid)
			kill(pool->workers[i].pid, SIGTERM);
	}
	pool->told = true;
}

static void wait_for_workers(struct pool *pool)
{
	unsigned jobs = pool->work->jobs;
	int n;

	for (unsigned i = 0; i < jobs; i++)
		pool->polls[i] = (struct pollfd){
			.fd = pool->workers[i].pid ? pool->workers[i].fd : -1,
			.events = POLLIN,
		};
	n = poll(pool->polls, jobs, TICK_MS);
	if (stop_requested() && !pool->told)
		pass_signal_on(pool);
	for (unsigned i = 0; i < jobs && n > 0; i++) {
		if (pool->polls[i].revents)
			receive(pool, &pool->workers[i]);
	}
	show_progress(pool);
}

static void print_sum(const struct pool *pool)
{
	size_t left = pool->work->count - pool->done;

	fprintf(stderr, "relvm: %zu done, %zu failed",
		pool->done - pool->failed, pool->failed);
	if (left)
		fprintf(stderr, ", %zu not begun%s", left,
			stop_requested() ? ": stopped by a signal" : "");
	fputc('\n', stderr);
}

enum relvm_status relvm_workers_run(const struct relvm_work *work)
{
	struct pool pool = {
		.work = work,
		.workers = alloc_zeroed(work->jobs, sizeof(*pool.workers)),
		.polls = alloc_zeroed(work->jobs, sizeof(*pool.polls)),
	};

	clock_restart();
	start_more(&pool);
	while (pool.busy) {
		wait_for_workers(&pool);
		start_more(&pool);
	}
	hide_progress(&pool);
	if (pool.next < work->count)
		pool.status = RELVM_FAILED;
	if (work->count > 1 || pool.next < work->count)
		print_sum(&pool);
	free(pool.workers);
	free(pool.polls);
	return pool.status;
}
