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
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text_file.h"
#include "base/clock.h"
#include "base/stop.h"

/* Progress is shown to a terminal, when it has taken this long. */
#define PATIENCE_MS 1000
#define TICK_MS	    200

/* A worker is told the index of one job after the other, and answers each with
 * this and its texts, over a socket. At the end of what it is told it goes. */
struct head {
	enum relvm_status status;
	bool goes; /* a signal has stopped it; another one does the rest */
	size_t out, err; /* bytes, of one after the other */
};

struct worker {
	pid_t pid; /* 0: none */
	int fd;
	bool busy;
	size_t index; /* of its job */
	struct buffer report;
};

struct pool {
	const struct relvm_work *work;
	struct worker *workers; /* work->jobs of them */
	struct pollfd *polls;	/* parallel */
	size_t next, done, failed;
	unsigned alive, busy; /* workers */
	enum relvm_status status;
	bool shown; /* a line of progress is on the terminal */
	bool told;  /* the workers know that they are to stop */
};

/* ---- in the worker ---- */

static bool read_index(int fd, size_t *index)
{
	ssize_t n;

	do {
		n = read(fd, index, sizeof(*index));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*index);
}

/* Whether it can do another one. */
static bool do_job(const struct relvm_work *work, size_t index, int fd)
{
	struct relvm_said said = { 0 };
	struct head head;
	bool told;

	clock_restart();
	memset(&head, 0, sizeof(head));
	head.status = work->run(work->context, index, &said);
	head.goes = stop_requested();
	head.out = said.out.len;
	head.err = said.err.len;
	told = file_write_all(fd, &head, sizeof(head)) &&
	       file_write_all(fd, said.out.data, said.out.len) &&
	       file_write_all(fd, said.err.data, said.err.len);
	buffer_free(&said.out);
	buffer_free(&said.err);
	return told && !head.goes;
}

static void __attribute__((noreturn))
be_worker(const struct pool *pool, int fd, pid_t parent)
{
	const struct relvm_work *work = pool->work;
	size_t index;

	/* If relvm goes, whoever has not committed yet gives up. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(RELVM_FAILED);
	/* Nor is anybody else to be waited for who has relvm's end. */
	for (unsigned i = 0; i < work->jobs; i++) {
		if (pool->workers[i].pid)
			close(pool->workers[i].fd);
	}
	while (read_index(fd, &index) && do_job(work, index, fd))
		;
	work->leave(work->context);
	_exit(RELVM_DONE);
}

/* ---- in relvm ---- */

/* The next job; none is left: it is to go. That it has gone already is found out
 * by its silence. */
static void give(struct pool *pool, struct worker *worker)
{
	worker->report.len = 0;
	worker->busy = pool->next < pool->work->count && !stop_requested();
	if (worker->busy) {
		worker->index = pool->next++;
		pool->busy++;
		send(worker->fd, &worker->index, sizeof(worker->index),
		     MSG_NOSIGNAL);
	} else {
		shutdown(worker->fd, SHUT_WR);
	}
}

static int start(struct pool *pool, struct worker *worker)
{
	pid_t parent = getpid();
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
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
		be_worker(pool, fds[1], parent);
	}
	close(fds[1]);
	*worker = (struct worker){ .pid = pid, .fd = fds[0] };
	pool->alive++;
	give(pool, worker);
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
		"\r\033[K%zu done, %zu failed, %zu left, of which %u are at "
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

/* Of the worker's job: its report is *said. */
static void finish(struct pool *pool, struct worker *worker,
		   const struct relvm_said *said, enum relvm_status status)
{
	hide_progress(pool);
	if (!print(said))
		status = RELVM_FAILED;
	worker->busy = false;
	pool->busy--;
	pool->done++;
	take_status(pool, status);
}

/* The worker has closed its end, and has done so in the middle of its job. */
static void take_death(struct pool *pool, struct worker *worker, int code)
{
	const struct relvm_work *work = pool->work;
	struct relvm_said said = { 0 };
	char how[64];

	snprintf(how, sizeof(how),
		 WIFSIGNALED(code) ? "its process was ended by signal %d"
		 : WEXITSTATUS(code) == RELVM_NO_MEMORY
			 ? "its process ran out of memory"
			 : "its process ended without a word",
		 WIFSIGNALED(code) ? WTERMSIG(code) : 0);
	work->died(work->context, worker->index, how, &said);
	finish(pool, worker, &said, RELVM_FAILED);
	buffer_free(&said.out);
	buffer_free(&said.err);
}

static void bury(struct pool *pool, struct worker *worker)
{
	int code;

	close(worker->fd);
	while (waitpid(worker->pid, &code, 0) < 0 && errno == EINTR)
		;
	if (worker->busy)
		take_death(pool, worker, code);
	buffer_free(&worker->report);
	worker->pid = 0;
	pool->alive--;
}

/* More of its report, which may be whole now. */
static void take_report(struct pool *pool, struct worker *worker)
{
	const struct buffer *report = &worker->report;
	struct relvm_said said;
	struct head head;

	if (report->len < sizeof(head))
		return;
	memcpy(&head, report->data, sizeof(head));
	if (report->len - sizeof(head) < head.out + head.err)
		return;
	said.out = (struct buffer){ .data = report->data + sizeof(head),
				    .len = head.out };
	said.err = (struct buffer){ .data = said.out.data + head.out,
				    .len = head.err };
	finish(pool, worker, &said, head.status);
	if (!head.goes)
		give(pool, worker);
}

static void receive(struct pool *pool, struct worker *worker)
{
	uint8_t part[65536];
	ssize_t n = read(worker->fd, part, sizeof(part));

	if (n > 0) {
		buffer_add(&worker->report, part, (size_t)n);
		take_report(pool, worker);
	} else if (n == 0 || errno != EINTR) {
		bury(pool, worker);
	}
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
			if (pool->alive == 0) {
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
	while (pool.alive) {
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
