// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Signals are remembered for good, so each test is a process of its own.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/stop.h"

/* Exit status of `body`, or 128 + the signal that ended it. */
static int apart(bool (*body)(int), int number)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(body(number) ? 0 : 1);
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static bool remembered(int number)
{
	stop_on_signals();
	if (stop_requested())
		return false;
	raise(number);
	return stop_requested();
}

static bool ignored(int number)
{
	signal(number, SIG_IGN);
	stop_on_signals();
	raise(number);
	return !stop_requested();
}

/* A read that a signal comes into still gets its byte. */
static bool read_goes_on(int number)
{
	int ends[2];
	char c;

	stop_on_signals();
	if (pipe(ends))
		return false;
	if (fork() == 0) {
		usleep(20000);
		kill(getppid(), number);
		usleep(20000);
		_exit(write(ends[1], "x", 1) != 1);
	}
	return read(ends[0], &c, 1) == 1 && stop_requested();
}

static void test_signals(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(apart(remembered, signals[i]), 0);
		assert_int_equal(apart(ignored, signals[i]), 0);
		assert_int_equal(apart(read_goes_on, signals[i]), 0);
	}
	assert_int_equal(apart(remembered, SIGUSR1), 128 + SIGUSR1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
