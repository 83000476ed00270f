// SPDX-License-Identifier: LGPL-2.1-only
/*
 * steady_io DEVICE: writes a block that is different each time, flushes, reads
 * it back and compares, over and over, past the host's cache, until SIGTERM.
 * Then prints "N rounds, longest M ms". Exit 1 at the first error or
 * difference, which it prints.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK  4096
#define BLOCKS 64

static volatile sig_atomic_t stop;

static void on_term(int number)
{
	(void)number;
	stop = 1;
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int one_round(int fd, uint64_t round, uint8_t *out, uint8_t *in)
{
	off_t at = (off_t)(round % BLOCKS) * BLOCK;

	for (size_t i = 0; i < BLOCK / sizeof(round); i++) {
		uint64_t value = round * 0x9e3779b97f4a7c15u + i;

		memcpy(out + i * sizeof(value), &value, sizeof(value));
	}
	if (pwrite(fd, out, BLOCK, at) != BLOCK || fsync(fd) ||
	    pread(fd, in, BLOCK, at) != BLOCK) {
		fprintf(stderr, "round %llu: %s\n", (unsigned long long)round,
			strerror(errno));
		return -1;
	}
	if (memcmp(in, out, BLOCK) != 0) {
		fprintf(stderr, "round %llu: read something else\n",
			(unsigned long long)round);
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct sigaction on = { .sa_handler = on_term };
	const struct timespec pause = { 0, 5000000 };
	uint8_t *out = aligned_alloc(BLOCK, BLOCK);
	uint8_t *in = aligned_alloc(BLOCK, BLOCK);
	int64_t longest = 0;
	uint64_t round = 0;
	int fd;

	if (argc != 2 || !out || !in)
		return 2;
	sigaction(SIGTERM, &on, NULL);
	fd = open(argv[1], O_RDWR | O_DIRECT);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	for (; !stop; round++) {
		int64_t began = now_us();

		if (one_round(fd, round, out, in))
			return 1;
		if (now_us() - began > longest)
			longest = now_us() - began;
		/* The machine has others to serve. */
		nanosleep(&pause, NULL);
	}
	printf("%llu rounds, longest %lld ms\n", (unsigned long long)round,
	       (long long)(longest / 1000));
	return 0;
}
