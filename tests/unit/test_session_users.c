// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The users of a target's sessions: real files, in /run/sr-ref.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "openiscsi/session_users.h"

/* As the storage manager writes it. */
#define SM_LINE "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad10\n"

/* Ours. */
#define LINE_LEN 112

static char iqn[64];
static char path[128];

static int begin(void **state)
{
	(void)state;
	snprintf(iqn, sizeof(iqn), "iqn.test:users.%ld", (long)getpid());
	snprintf(path, sizeof(path), "/run/sr-ref/%s", iqn);
	unlink(path);
	return 0;
}

static int end(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static void put(const char *text)
{
	FILE *file;

	mkdir("/run/sr-ref", 0755);
	file = fopen(path, "a");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The file; empty if there is none. Good until the next call. */
static const char *content(void)
{
	static char text[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	assert_true(n >= 0);
	text[n] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

/* The same without its blank lines. */
static const char *lines(void)
{
	static char text[4096];
	char copy[4096];
	char *rest = copy;
	char *line;

	strcpy(copy, content());
	text[0] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		if (line[strspn(line, " ")])
			strcat(strcat(text, line), "\n");
	}
	return text;
}

static struct session_traces join(unsigned lun, struct uuid *us)
{
	struct session_traces left;
	struct error err = { 0 };

	assert_int_equal(session_users_join(iqn, lun, us, &left, &err), 0);
	return left;
}

static void note(const struct uuid *us, const struct session_traces *traces)
{
	struct error err = { 0 };

	assert_int_equal(session_users_note(iqn, us, traces, &err), 0);
}

static const struct session_traces all = {
	.session = true,
	.after = 4294967295,
	.record = true,
	.lun = true,
	.lun_number = 16383,
};

static void same(const struct session_traces *a, const struct session_traces *b)
{
	assert_int_equal(a->session, b->session);
	assert_int_equal(a->after, b->after);
	assert_int_equal(a->scans_itself, b->scans_itself);
	assert_int_equal(a->record, b->record);
	assert_int_equal(a->lun, b->lun);
	assert_int_equal(a->lun_number, b->lun_number);
}

/* A run that joins, notes, and is killed; what it was is all that it leaves. */
static void run_and_die(unsigned lun, const struct session_traces *traces)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct session_traces left;
		struct error err;
		struct uuid us;

		_exit(session_users_join(iqn, lun, &us, &left, &err) ||
		      session_users_note(iqn, &us, traces, &err));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void counts_us_among_others(void **state)
{
	struct session_traces made = { 0 };
	struct uuid us;

	(void)state;
	put(SM_LINE);
	join(1, &us);
	assert_false(session_users_alone(iqn, &us));
	assert_int_equal(strlen(content()), strlen(SM_LINE) + LINE_LEN);
	assert_int_equal(strncmp(content(), SM_LINE, strlen(SM_LINE)), 0);
	assert_true(session_users_leave(iqn, &us, &made));
	assert_string_equal(lines(), SM_LINE);
}

static void takes_the_file_away(void **state)
{
	struct session_traces made = { 0 };
	struct uuid us = { { 0 } };

	(void)state;
	assert_false(session_users_alone(iqn, &us));
	join(1, &us);
	assert_int_equal(access(path, F_OK), 0);
	assert_true(session_users_alone(iqn, &us));
	assert_false(session_users_leave(iqn, &us, &made));
	assert_int_not_equal(access(path, F_OK), 0);
	assert_false(session_users_leave(iqn, &us, &made));
}

/* Of those who are killed while they undo what they have made. */
static void remembers_until_it_is_undone(void **state)
{
	struct session_traces made = { 0 };
	struct uuid us;

	(void)state;
	join(16383, &us);
	note(&us, &all);
	assert_false(session_users_leave(iqn, &us, &made));
	same(&made, &all);
	assert_int_equal(strlen(content()), LINE_LEN);
	put(SM_LINE);
	session_users_undone(iqn, &us);
	assert_string_equal(lines(), SM_LINE);
	session_users_undone(iqn, &us);
	assert_string_equal(lines(), SM_LINE);

	unlink(path);
	join(1, &us);
	note(&us, &all);
	assert_false(session_users_leave(iqn, &us, &made));
	session_users_undone(iqn, &us);
	assert_int_not_equal(access(path, F_OK), 0);
	session_users_undone(iqn, &us);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void remembers_what_was_made(void **state)
{
	struct session_traces made = { 0 };
	struct session_traces scans = { .session = true, .scans_itself = true };
	struct uuid us;

	(void)state;
	put(SM_LINE);
	join(16383, &us);
	note(&us, &all);
	assert_int_equal(strlen(content()), strlen(SM_LINE) + LINE_LEN);
	assert_true(session_users_leave(iqn, &us, &made));
	same(&made, &all);

	join(0, &us);
	note(&us, &all);
	note(&us, &scans);
	session_users_leave(iqn, &us, &made);
	same(&made, &scans);
}

static void leaves_a_session_to_another_run(void **state)
{
	struct session_traces made = { 0 };
	struct uuid first, second;

	(void)state;
	join(16383, &first);
	note(&first, &all);
	put(SM_LINE);
	join(2, &second);
	note(&second, &(struct session_traces){ .lun = true, .lun_number = 2 });

	assert_true(session_users_leave(iqn, &first, &made));
	assert_false(made.session);
	assert_false(made.record);
	assert_true(made.lun);

	assert_true(session_users_leave(iqn, &second, &made));
	assert_true(made.session);
	assert_int_equal(made.after, all.after);
	assert_true(made.record);
	assert_int_equal(made.lun_number, 2);
	assert_string_equal(lines(), SM_LINE);
}

static void inherits_from_the_dead(void **state)
{
	struct session_traces left;
	struct session_traces made = { 0 };
	struct uuid us;

	(void)state;
	put(SM_LINE);
	run_and_die(16383, &all);
	assert_int_equal(strlen(content()), strlen(SM_LINE) + LINE_LEN);
	left = join(16383, &us);
	same(&left, &all);
	assert_int_equal(strlen(lines()), strlen(SM_LINE) + LINE_LEN);
	assert_true(session_users_leave(iqn, &us, &made));
	same(&made, &all);
	assert_string_equal(lines(), SM_LINE);

	/* but not another's LUN */
	run_and_die(16383, &all);
	left = join(7, &us);
	assert_true(left.session);
	assert_false(left.lun);
	session_users_leave(iqn, &us, &made);

	/* also while it leaves */
	join(1, &us);
	run_and_die(2, &all);
	session_users_leave(iqn, &us, &made);
	assert_true(made.session);
	assert_false(made.lun);
}

static void is_not_misled_by_lines(void **state)
{
	struct session_traces made = { 0 };
	struct session_traces left;
	struct uuid us;

	(void)state;
	put("\n \nno uuid\n"
	    "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad10 relvmoiscsi\n"
	    "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad11 relvmoiscsi -5 9 s1 r l1\n"
	    "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad12 relvmoiscsi 1 s1 r\n"
	    "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad13");
	put("\n");
	left = join(1, &us);
	assert_false(left.session || left.record || left.lun);
	note(&us, &all);
	/* The line of process 1 is not as ours are. */
	assert_true(session_users_leave(iqn, &us, &made));
	assert_true(made.session);
	assert_non_null(strstr(content(), "ad13\n"));
}

/* The storage manager has no lock: what it adds must not go, whenever that
 * is. */
static void loses_no_line_of_others(void **state)
{
	struct session_traces made = { 0 };
	struct uuid us;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		pid_t child;

		unlink(path);
		join(1, &us);
		put(SM_LINE);
		child = fork();
		if (child == 0) {
			static const char other[] =
				"7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad11\n";
			int fd;

			for (volatile int k = 0; k < i % 60 * 400; k++)
				;
			fd = open(path, O_WRONLY | O_APPEND);
			_exit(write(fd, other, sizeof(other) - 1) < 0);
		}
		assert_true(session_users_leave(iqn, &us, &made));
		assert_int_equal(waitpid(child, NULL, 0), child);
		assert_non_null(strstr(content(), "ad10\n"));
		assert_non_null(strstr(content(), "ad11\n"));
	}
}

/* The storage manager writes the file anew, without what is blank at the end of
 * a line, when it takes its own out. */
static void survives_a_rewrite(void **state)
{
	struct session_traces made = { 0 };
	struct uuid us;
	char text[4096];
	size_t len;
	FILE *file;

	(void)state;
	put(SM_LINE);
	join(1, &us);
	strcpy(text, content() + strlen(SM_LINE));
	for (len = strlen(text); len > 0 && strchr(" \n", text[len - 1]);)
		text[--len] = '\0';
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%s\n", text);
	assert_int_equal(fclose(file), 0);
	note(&us, &all);
	assert_false(session_users_leave(iqn, &us, &made));
	same(&made, &all);
}

/* A target that is attached for long sees many runs of ours. */
static void does_not_grow(void **state)
{
	struct session_traces made = { 0 };
	struct uuid first, second;

	(void)state;
	put(SM_LINE);
	for (int i = 0; i < 5; i++) {
		join(1, &first);
		join(2, &second);
		session_users_leave(iqn, &first, &made);
		session_users_leave(iqn, &second, &made);
	}
	assert_true(strlen(content()) <= strlen(SM_LINE) + 2 * LINE_LEN);
	assert_string_equal(lines(), SM_LINE);
}

/* The number of a run that was killed is another process's by now. */
static void tells_processes_apart(void **state)
{
	struct session_traces left;
	struct session_traces made = { 0 };
	struct uuid us;
	char text[4096];
	char *number;

	(void)state;
	run_and_die(16383, &all);
	strcpy(text, content());
	number = strstr(text, "relvmoiscsi ");
	assert_non_null(number);
	number += strlen("relvmoiscsi ");
	/* init runs, and is not ours */
	memset(number, ' ', strcspn(number, " "));
	*number = '1';
	unlink(path);
	put(text);
	left = join(16383, &us);
	same(&left, &all);
	session_users_leave(iqn, &us, &made);
}

/* Such as one that a full disk has left. */
static void ends_a_line_that_was_cut(void **state)
{
	struct session_traces made = { 0 };
	struct uuid us;

	(void)state;
	put("7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad10");
	join(1, &us);
	assert_true(session_users_leave(iqn, &us, &made));
	assert_string_equal(lines(), SM_LINE);
}

static void does_not_follow_a_link(void **state)
{
	struct session_traces left;
	struct error err = { 0 };
	struct uuid us;

	(void)state;
	mkdir("/run/sr-ref", 0755);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(session_users_join(iqn, 1, &us, &left, &err), -1);
	assert_int_equal(err.code, ERROR_INTERNAL);
	assert_non_null(strstr(err.text, path));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_us_among_others),
		TEST(takes_the_file_away),
		TEST(remembers_until_it_is_undone),
		TEST(remembers_what_was_made),
		TEST(leaves_a_session_to_another_run),
		TEST(inherits_from_the_dead),
		TEST(is_not_misled_by_lines),
		TEST(loses_no_line_of_others),
		TEST(survives_a_rewrite),
		TEST(does_not_grow),
		TEST(tells_processes_apart),
		TEST(ends_a_line_that_was_cut),
		TEST(does_not_follow_a_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
