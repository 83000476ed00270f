// SPDX-License-Identifier: LGPL-2.1-only
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/child.h"

#define LONG_MS 60000

/* Runs a line of shell; the result is to be freed. */
static int run_line(const char *line, unsigned deadline_ms,
		    struct child_result *result, struct error *err)
{
	const char *const argv[] = { "sh", "-c", line, NULL };

	return child_run(argv, "OURS=1", deadline_ms, result, err);
}

static void test_result(void **state)
{
	struct child_result result;
	struct error err;

	(void)state;
	assert_int_equal(run_line("echo one; echo two >&2; echo three >&2; "
				  "exit 7",
				  LONG_MS, &result, &err),
			 0);
	assert_int_equal(result.status, 7);
	assert_string_equal((char *)result.out.data, "one\n");
	assert_int_equal(result.out.len, 4);
	assert_string_equal(child_said(&result), "two");
	child_result_free(&result);

	/* Without a word on stderr, that on stdout; and with none at all. */
	assert_int_equal(run_line("echo one", LONG_MS, &result, &err), 0);
	assert_int_equal(result.status, 0);
	assert_string_equal(child_said(&result), "one");
	child_result_free(&result);
	assert_int_equal(run_line(":", LONG_MS, &result, &err), 0);
	assert_string_equal(child_said(&result), "");
	child_result_free(&result);

	assert_int_equal(run_line("kill -TERM $$", LONG_MS, &result, &err), 0);
	assert_int_equal(result.status, 128 + SIGTERM);
	child_result_free(&result);
}

/* What it gets of us: nothing but what is said. */
static void test_world(void **state)
{
	char *path = strdup(getenv("PATH"));
	struct child_result result;
	struct error err;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char line[200];

	(void)state;
	assert_true(fd >= 0);
	setenv("PATH", "/nonesuch", 1);
	signal(SIGPIPE, SIG_IGN);
	snprintf(line, sizeof(line),
		 "echo $PATH $LC_ALL $OURS $HOME; cat; "
		 "[ ! -e /proc/self/fd/%d ] && echo closed; "
		 "sh -c 'kill -PIPE $$; echo ignored'",
		 fd);
	assert_int_equal(run_line(line, LONG_MS, &result, &err), 0);
	signal(SIGPIPE, SIG_DFL);
	setenv("PATH", path, 1);
	free(path);
	close(fd);
	assert_string_equal((char *)result.out.data,
			    "/usr/sbin:/usr/bin:/sbin:/bin C 1\nclosed\n");
	child_result_free(&result);
}

static void test_no_shell(void **state)
{
	const char *const argv[] = { "echo", "$PATH; `id` 'x' \"y\"", "*",
				     NULL };
	struct child_result result;
	struct error err;

	(void)state;
	assert_int_equal(child_run(argv, NULL, LONG_MS, &result, &err), 0);
	assert_string_equal((char *)result.out.data,
			    "$PATH; `id` 'x' \"y\" *\n");
	child_result_free(&result);
}

static void test_no_program(void **state)
{
	const char *const argv[] = { "nonesuch-program", NULL };
	struct child_result result;
	struct error err;

	(void)state;
	assert_int_equal(child_run(argv, NULL, LONG_MS, &result, &err), -1);
	assert_int_equal(err.code, ERROR_HOST);
	assert_non_null(strstr(err.text, "nonesuch-program is not installed"));
}

/* More than a pipe holds and than is kept, on both outputs. */
static void test_much_output(void **state)
{
	struct child_result result;
	struct error err;

	(void)state;
	assert_int_equal(run_line("head -c 3000000 /dev/zero; "
				  "head -c 3000000 /dev/zero >&2; exit 3",
				  LONG_MS, &result, &err),
			 0);
	assert_int_equal(result.status, 3);
	assert_int_equal(result.out.len, CHILD_OUTPUT_MAX);
	assert_int_equal(result.err.len, CHILD_OUTPUT_MAX);
	child_result_free(&result);
}

/* One that closes its outputs is waited for; one that leaves a process with
 * them behind is not held up by it. */
static void test_outputs_and_end(void **state)
{
	struct child_result result;
	struct error err;

	(void)state;
	assert_int_equal(run_line("exec >&- 2>&-; sleep 0.2; exit 5", LONG_MS,
				  &result, &err),
			 0);
	assert_int_equal(result.status, 5);
	child_result_free(&result);

	assert_int_equal(
		run_line("sleep 1000 & echo $!", LONG_MS, &result, &err), 0);
	assert_int_equal(result.status, 0);
	assert_int_equal(kill((pid_t)atol((char *)result.out.data), SIGKILL),
			 0);
	child_result_free(&result);
}

/* With its own children. */
static void test_deadline(void **state)
{
	char name[] = "/tmp/test_child.XXXXXX";
	int fd = mkstemp(name);
	char line[128], pid[16] = "";
	struct child_result result;
	struct error err;

	(void)state;
	assert_true(fd >= 0);
	snprintf(line, sizeof(line), "sleep 1000 & echo $! >%s; wait", name);
	assert_int_equal(run_line(line, 2000, &result, &err), -1);
	assert_int_equal(err.code, ERROR_HOST);
	assert_non_null(strstr(err.text, "sh did not end within 2 seconds and "
					 "was killed"));
	assert_null(strstr(err.text, "hangs"));
	assert_true(read(fd, pid, sizeof(pid) - 1) > 0);
	/* It is a zombie at most, of whoever takes in orphans. */
	snprintf(line, sizeof(line),
		 "! grep -q '^State:.[^ZX]' /proc/%ld/status 2>/dev/null",
		 atol(pid));
	for (int i = 0; i < 500 && system(line) != 0; i++)
		usleep(10000);
	assert_int_equal(system(line), 0);
	close(fd);
	unlink(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_result),
		cmocka_unit_test(test_world),
		cmocka_unit_test(test_no_shell),
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_much_output),
		cmocka_unit_test(test_outputs_and_end),
		cmocka_unit_test(test_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
