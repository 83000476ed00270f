// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Memory, and the end of a process that gets none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"

static void test_grows(void **state)
{
	unsigned *items = NULL;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		items = alloc_more(items, i, sizeof(*items));
		items[i] = i * i;
	}
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(items[i], i * i);
	free(items);
}

static void test_nothing(void **state)
{
	char *bytes = alloc_zeroed(0, 0);

	(void)state;
	assert_int_equal(bytes[0], 0);
	bytes[0] = 1;
	free(bytes);
	assert_null(alloc_text(NULL));
}

static void test_texts(void **state)
{
	char *copy = alloc_text("a text"),
	     *made = alloc_printf("%s %d", copy, 7);

	(void)state;
	assert_string_equal(made, "a text 7");
	free(made);
	free(copy);
}

/* What a process says on `fd` that gets no memory; returns its status. */
static int last_words(const char *answer, int status, int fd, char *said,
		      size_t size)
{
	int pipes[2], code;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
		dup2(pipes[1], fd);
		alloc_last_words(answer, status);
		alloc_checked(NULL);
		_exit(99);
	}
	close(pipes[1]);
	n = read(pipes[0], said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFEXITED(code));
	return WEXITSTATUS(code);
}

static void test_the_end(void **state)
{
	char said[300];

	(void)state;
	assert_int_equal(last_words(NULL, 5, STDERR_FILENO, said, sizeof(said)),
			 5);
	assert_non_null(strstr(said, "out of memory; "));
	assert_non_null(strstr(said, "run again\n"));
	assert_int_equal(last_words(NULL, 5, STDOUT_FILENO, said, sizeof(said)),
			 5);
	assert_string_equal(said, "");
	assert_int_equal(
		last_words("<a/>", 0, STDOUT_FILENO, said, sizeof(said)), 0);
	assert_string_equal(said, "<a/>");
	assert_int_equal(
		last_words("<a/>", 0, STDERR_FILENO, said, sizeof(said)), 0);
	assert_string_equal(said, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
