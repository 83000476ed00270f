// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Runs a program and sends it a signal at a given moment of its life, which is
 * counted from when it makes a file.
 *
 *   kill_at FILE MICROSECONDS SIGNAL STDOUT STDERR PROGRAM ARGUMENT...
 *
 * SIGNAL is a number; 0 sends none. STDOUT and STDERR are files, as xapi gives
 * a storage backend. Prints "pid N"; and when the program has ended,
 * "exit N" or "signal N", and how many microseconds after FILE appeared.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void run(char **argv)
{
	int in = open("/dev/null", O_RDONLY);
	int out = open(argv[0], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int err = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);

	/* A shell's background job has it ignored; xapi's child has not. */
	signal(SIGINT, SIG_DFL);
	if (in >= 0 && out >= 0 && err >= 0 && dup2(in, 0) == 0 &&
	    dup2(out, 1) == 1 && dup2(err, 2) == 2)
		execv(argv[2], argv + 2);
	_exit(127);
}

/* The moment is met to within some 50 microseconds: sleeping, then spinning. */
static void wait_until(int64_t moment)
{
	int64_t left = moment - now_us();

	if (left > 200)
		usleep((useconds_t)(left - 200));
	while (now_us() < moment)
		;
}

int main(int argc, char **argv)
{
	int64_t began;
	int status = 0;
	pid_t ended = 0;
	int number;
	pid_t pid;

	if (argc < 7)
		return 2;
	number = atoi(argv[3]);
	pid = fork();
	if (pid < 0)
		return 2;
	if (pid == 0)
		run(argv + 4);
	printf("pid %d\n", pid);
	fflush(stdout);
	while (!ended && access(argv[1], F_OK) != 0)
		ended = waitpid(pid, &status, WNOHANG);
	began = now_us();
	if (number && !ended) {
		wait_until(began + atoll(argv[2]));
		kill(pid, number);
	}
	if (!ended && waitpid(pid, &status, 0) != pid)
		return 2;
	printf("%s %d %lld\n", WIFSIGNALED(status) ? "signal" : "exit",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
	       (long long)(now_us() - began));
	return 0;
}
