// SPDX-License-Identifier: LGPL-2.1-only
/*
 * in_turn RUNS COMMAND… [-- COMMAND…]…: runs each of the commands RUNS times,
 * in turn, so that whatever else this machine does meets them alike. Prints a
 * line for each: the median of its wall time from before the fork to after the
 * wait, and of its CPU time, in microseconds. "@UUID@" in an argument is a fresh
 * uuid each time. All output goes to the file OUT of the environment, if that is
 * set. Status 1 if one of them fails.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/uuid.h"

#define COMMANDS_MAX 8
#define MARK	     "@UUID@"

extern char **environ;

struct contender {
	char **argv;
	long *wall, *cpu;
};

static long us(struct timeval t)
{
	return t.tv_sec * 1000000L + t.tv_usec;
}

static long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static void put_uuid(char **argv)
{
	for (; *argv; argv++) {
		char *mark = strstr(*argv, MARK);
		char text[UUID_TEXT_LEN + 1] = { 0 };
		struct uuid fresh;
		char *whole;

		if (!mark)
			continue;
		uuid_new(&fresh);
		uuid_to_text(&fresh, text);
		if (asprintf(&whole, "%.*s%s%s", (int)(mark - *argv), *argv,
			     text, mark + strlen(MARK)) < 0)
			exit(1);
		*argv = whole;
	}
}

static void run(const struct contender *who, int i,
		const posix_spawn_file_actions_t *files)
{
	char *argv[64] = { NULL };
	struct rusage usage;
	int status;
	long began;
	pid_t pid;

	for (int n = 0; who->argv[n] && n < 63; n++)
		argv[n] = who->argv[n];
	put_uuid(argv);
	began = now_us();
	if (posix_spawn(&pid, argv[0], files, NULL, argv, environ) ||
	    wait4(pid, &status, 0, &usage) != pid || status != 0) {
		fprintf(stderr, "in_turn: %s fails\n", argv[0]);
		exit(1);
	}
	who->wall[i] = now_us() - began;
	who->cpu[i] = us(usage.ru_utime) + us(usage.ru_stime);
}

static int by_size(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

static long median(long *numbers, int n)
{
	qsort(numbers, (size_t)n, sizeof(*numbers), by_size);
	return numbers[n / 2];
}

int main(int argc, char **argv)
{
	const char *out = getenv("OUT");
	int runs = argc > 2 ? atoi(argv[1]) : 0;
	struct contender who[COMMANDS_MAX];
	posix_spawn_file_actions_t files;
	int count = 0;

	if (runs <= 0) {
		fprintf(stderr, "usage: %s RUNS COMMAND... [-- COMMAND...]\n",
			argv[0]);
		return 2;
	}
	for (char **at = argv + 2; *at && count < COMMANDS_MAX; count++) {
		who[count] = (struct contender){
			.argv = at,
			.wall = calloc((size_t)runs, sizeof(long)),
			.cpu = calloc((size_t)runs, sizeof(long)),
		};
		while (*at && strcmp(*at, "--") != 0)
			at++;
		if (*at)
			*at++ = NULL;
	}
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	if (out)
		posix_spawn_file_actions_addopen(
			&files, 1, out, O_WRONLY | O_CREAT | O_APPEND, 0600);
	for (int i = 0; i < runs; i++) {
		for (int c = 0; c < count; c++)
			run(&who[c], i, &files);
	}
	for (int c = 0; c < count; c++)
		printf("%ld %ld\n", median(who[c].wall, runs),
		       median(who[c].cpu, runs));
	return 0;
}
