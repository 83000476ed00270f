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
#include <time.h>
#include <unistd.h>

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
	struct timespec began;
	bool shown; /* a line of progress is on the terminal */
};

static bool write_all(int fd, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;

	while (len > 0) {
		ssize_t n = write(fd, from, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		from += n;
		len -= (size_t)n;
	}
	return true;
}

/* ---- in the worker ---- */

static void __attribute__((noreturn))
be_worker(const struct relvm_work *work, size_t index, int fd, pid_t parent)
{
	struct buffer report = { 0 };
	enum relvm_status status;

	/* If relvm goes, whoever has not committed yet gives up. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(RELVM_FAILED);
	status = work->run(work->context, index, &report);
	if (report.failed)
		_exit(RELVM_FAILED); /* without a word */
	if (!write_all(fd, report.data, report.len))
		_exit(RELVM_FAILED);
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

static long elapsed_ms(const struct pool *pool)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - pool->began.tv_sec) * 1000 +
	       (now.tv_nsec - pool->began.tv_nsec) / 1000000;
}

static void hide_progress(struct pool *pool)
{
	if (pool->shown)
		fputs("\r\033[K", stderr);
	pool->shown = false;
}

static void show_progress(struct pool *pool)
{
	long ms = elapsed_ms(pool);

	if (ms < PATIENCE_MS || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K%zu of %zu %s, %zu at work, %ld s", pool->done,
		pool->work->count, pool->work->verb, pool->busy, ms / 1000);
	if (pool->failed)
		fprintf(stderr, ", %zu failed", pool->failed);
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

/* The report is whole: the worker has closed its end. */
static void finish(struct pool *pool, struct worker *worker)
{
	const struct relvm_work *work = pool->work;
	enum relvm_status status = RELVM_FAILED;
	char how[64];
	int code;

	close(worker->fd);
	while (waitpid(worker->pid, &code, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(code))
		status = (enum relvm_status)WEXITSTATUS(code);
	if (!WIFEXITED(code) || (status != RELVM_DONE && !worker->report.len) ||
	    worker->report.failed) {
		snprintf(how, sizeof(how),
			 WIFEXITED(code) ? "its process ended without a word"
					 : "its process was ended by signal %d",
			 WIFSIGNALED(code) ? WTERMSIG(code) : 0);
		worker->report.len = 0;
		worker->report.failed = false;
		work->died(work->context, worker->index, how, &worker->report);
		status = RELVM_FAILED;
	}
	hide_progress(pool);
	fflush(stdout);
	if (!write_all(STDOUT_FILENO, worker->report.data,
		       worker->report.len)) {
		fprintf(stderr, "relvm: the report cannot be written: %s\n",
			strerror(errno));
		status = RELVM_FAILED;
	}
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
	for (unsigned i = 0; i < jobs && n > 0; i++) {
		if (pool->polls[i].revents)
			receive(pool, &pool->workers[i]);
	}
	show_progress(pool);
}

enum relvm_status relvm_workers_run(const struct relvm_work *work)
{
	struct pool pool = {
		.work = work,
		.workers = calloc(work->jobs, sizeof(*pool.workers)),
		.polls = calloc(work->jobs, sizeof(*pool.polls)),
	};

	if (!pool.workers || !pool.polls) {
		fprintf(stderr, "relvm: out of memory\n");
		free(pool.workers);
		free(pool.polls);
		return RELVM_FAILED;
	}
	clock_gettime(CLOCK_MONOTONIC, &pool.began);
	start_more(&pool);
	while (pool.busy) {
		wait_for_workers(&pool);
		start_more(&pool);
	}
	hide_progress(&pool);
	if (pool.next < work->count) {
		fprintf(stderr, "relvm: stopped by a signal; %zu not begun\n",
			work->count - pool.next);
		pool.status = RELVM_FAILED;
	}
	free(pool.workers);
	free(pool.polls);
	return pool.status;
}
