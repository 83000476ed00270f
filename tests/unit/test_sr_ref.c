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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "openiscsi/sr_ref.h"

/* As the storage manager writes it. */
#define SM_LINE "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad10\n"

static char iqn[64];
static char path[128];

/* What the storage manager does to the file between our reading it and our
 * writing; in place of libc's, which is asked then. */
static void (*before_pread)(unsigned call);
static void (*before_unlink)(void);
static unsigned preads;

ssize_t pread(int fd, void *bytes, size_t len, off_t at)
{
	if (before_pread)
		before_pread(++preads);
	return syscall(SYS_pread64, fd, bytes, len, at);
}

int lstat(const char *restrict name, struct stat *restrict out)
{
	if (before_unlink && strcmp(name, path) == 0)
		before_unlink();
	return fstatat(AT_FDCWD, name, out, AT_SYMLINK_NOFOLLOW);
}

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
	before_pread = NULL;
	before_unlink = NULL;
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

static struct sr_ref join(void)
{
	struct sr_ref users;
	struct error err = { 0 };

	assert_int_equal(sr_ref_join(iqn, &users, &err), 0);
	return users;
}

static void note(const struct sr_ref *users)
{
	struct error err = { 0 };

	assert_int_equal(sr_ref_note(users, &err), 0);
}

/* The longest that a run can say. */
static const struct sr_ref_made all = {
	.session = true,
	.ours = true,
	.record =
		"fe80:1111:2222:3333:4444:5555:6666:7777%interface15chr,65535",
	.lun = true,
	.session_number = 4294967295,
	.number = 16383,
};

static void same(const struct sr_ref_made *a, const struct sr_ref_made *b)
{
	assert_int_equal(a->session, b->session);
	assert_int_equal(a->ours, b->ours);
	assert_string_equal(a->record, b->record);
	assert_int_equal(a->lun, b->lun);
	assert_int_equal(a->session_number, b->session_number);
	assert_int_equal(a->number, b->number);
}

/* A run that joins, notes, and is killed; what it was is all that it leaves. */
static void run_and_die(const struct sr_ref_made *made)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct sr_ref users;
		struct error err;
		int rc = sr_ref_join(iqn, &users, &err);

		users.made = *made;
		_exit(rc || sr_ref_note(&users, &err));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void counts_us_among_others(void **state)
{
	struct sr_ref users;

	(void)state;
	put(SM_LINE);
	users = join();
	assert_int_equal(sr_ref_rest(&users), SR_REF_OTHER);
	assert_int_equal(strlen(content()), strlen(SM_LINE) + SR_REF_LINE_LEN);
	assert_int_equal(strncmp(content(), SM_LINE, strlen(SM_LINE)), 0);
	sr_ref_leave(&users);
	assert_string_equal(lines(), SM_LINE);
}

static void takes_the_file_away(void **state)
{
	struct sr_ref users;

	(void)state;
	users = join();
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(sr_ref_rest(&users), SR_REF_NOBODY);
	sr_ref_leave(&users);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(sr_ref_rest(&users), SR_REF_NOBODY);
	sr_ref_leave(&users);
	assert_int_not_equal(access(path, F_OK), 0);
}

/* The last one out logs out: for us, or for the storage manager, which does
 * not do it while we are there. */
static void tells_who_logs_out(void **state)
{
	struct sr_ref first, second, third;

	(void)state;
	/* a session that nobody is counted for */
	first = join();
	second = join();
	assert_false(first.made.session || second.made.session);
	assert_int_equal(sr_ref_rest(&first), SR_REF_OURS);
	sr_ref_leave(&second);
	/* one of ours */
	first.made.session = first.made.ours = true;
	note(&first);
	second = join();
	assert_true(second.made.session && second.made.ours);
	/* also for a third, when the first is gone */
	note(&second);
	sr_ref_leave(&first);
	third = join();
	assert_true(third.made.session && third.made.ours);
	sr_ref_leave(&second);
	sr_ref_leave(&third);
	/* the storage manager's */
	put(SM_LINE);
	first = join();
	assert_true(first.made.session);
	assert_false(first.made.ours);
}

static void remembers_the_dead(void **state)
{
	struct sr_ref_made left[SR_REF_DEAD_MAX];
	struct sr_ref users;

	(void)state;
	put(SM_LINE);
	run_and_die(&all);
	assert_int_equal(strlen(content()), strlen(SM_LINE) + SR_REF_LINE_LEN);
	users = join();
	assert_true(users.made.session && users.made.ours);
	assert_false(users.made.lun);
	assert_int_equal(sr_ref_dead(&users, left), 1);
	same(&left[0], &all);
	/* until it is undone */
	assert_int_equal(sr_ref_dead(&users, left), 1);
	sr_ref_bury(&users);
	assert_int_equal(sr_ref_dead(&users, left), 0);
	sr_ref_leave(&users);
	assert_string_equal(lines(), SM_LINE);
	unlink(path);

	/* one that dies while we are there */
	users = join();
	run_and_die(&all);
	assert_false(users.made.session);
	assert_int_equal(sr_ref_rest(&users), SR_REF_NOBODY);
	assert_int_equal(sr_ref_dead(&users, left), 1);
	assert_true(users.made.session && users.made.ours);
	/* and whose line nobody has read stays for the next run */
	sr_ref_leave(&users);
	users = join();
	assert_int_equal(sr_ref_dead(&users, left), 1);
}

static void remembers_many(void **state)
{
	struct sr_ref_made left[SR_REF_DEAD_MAX];
	struct sr_ref users;

	(void)state;
	for (int i = 0; i < SR_REF_DEAD_MAX + 1; i++)
		run_and_die(&all);
	users = join();
	assert_int_equal(sr_ref_dead(&users, left), SR_REF_DEAD_MAX);
}

static void is_not_misled_by_lines(void **state)
{
	struct sr_ref_made left[SR_REF_DEAD_MAX];
	struct sr_ref users;

	(void)state;
	put("\n \nno uuid\n"
	    "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad10 relvmoiscsi\n"
	    "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad11 relvmoiscsi -5 9 s l1:1\n"
	    "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad12 relvmoiscsi 1 s l1:1\n"
	    "7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad13");
	put("\n");
	users = join();
	assert_false(users.made.ours || users.made.lun);
	assert_int_equal(sr_ref_dead(&users, left), 0);
	assert_int_equal(sr_ref_rest(&users), SR_REF_OTHER);
	sr_ref_leave(&users);
	assert_non_null(strstr(content(), "ad13\n"));
}

/* The storage manager has no lock: what it adds must not go, whenever that
 * is. */
static void loses_no_line_of_others(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct sr_ref users;
		pid_t child;

		unlink(path);
		users = join();
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
		sr_ref_leave(&users);
		assert_int_equal(waitpid(child, NULL, 0), child);
		assert_non_null(strstr(content(), "ad10\n"));
		assert_non_null(strstr(content(), "ad11\n"));
	}
}

static void add_a_line(void)
{
	put(SM_LINE);
}

/* By one of the same length. */
static void replace_the_file(void)
{
	char blanks[SR_REF_LINE_LEN - sizeof(SM_LINE) + 2];

	memset(blanks, ' ', sizeof(blanks));
	blanks[sizeof(blanks) - 1] = '\0';
	unlink(path);
	put(SM_LINE);
	put(blanks);
	assert_int_equal(strlen(content()), SR_REF_LINE_LEN);
}

/* It names nobody but us, and goes: unless somebody has come by then. */
static void keeps_a_file_with_somebody_new(void **state)
{
	static void (*const come[])(void) = { add_a_line, replace_the_file };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sr_ref users = join();

		before_unlink = come[i];
		sr_ref_leave(&users);
		before_unlink = NULL;
		assert_string_equal(lines(), SM_LINE);
		unlink(path);
	}
}

#define SM_LINES SM_LINE SM_LINE SM_LINE SM_LINE SM_LINE SM_LINE SM_LINE

/* All of the file is new, and others' lines are where ours was. */
static void rewrite(unsigned call)
{
	/* the first reads the file, the second looks whether the line is there */
	if (call != 2)
		return;
	assert_int_equal(truncate(path, 0), 0);
	put(SM_LINES);
}

static void does_not_write_over_lines_of_others(void **state)
{
	struct sr_ref users;
	struct error err;

	(void)state;
	put(SM_LINE);
	for (unsigned leaves = 0; leaves < 2; leaves++) {
		users = join();
		preads = 0;
		before_pread = rewrite;
		if (leaves) {
			sr_ref_leave(&users);
		} else {
			assert_int_equal(sr_ref_note(&users, &err), -1);
			assert_non_null(strstr(err.text, "changed by another"));
		}
		before_pread = NULL;
		assert_string_equal(content(), SM_LINES);
	}
}

/* The storage manager writes the file anew, without what is blank at the end of
 * a line, when it takes its own out. */
static void survives_a_rewrite(void **state)
{
	struct sr_ref users;
	char text[4096];
	size_t len;
	FILE *file;

	(void)state;
	put(SM_LINE);
	users = join();
	strcpy(text, content() + strlen(SM_LINE));
	for (len = strlen(text); len > 0 && strchr(" \n", text[len - 1]);)
		text[--len] = '\0';
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%s\n", text);
	assert_int_equal(fclose(file), 0);
	users.made = all;
	note(&users);
	assert_int_equal(strlen(content()), SR_REF_LINE_LEN);
	sr_ref_leave(&users);
	assert_int_not_equal(access(path, F_OK), 0);
}

/* A target that is attached for long sees many runs of ours. */
static void does_not_grow(void **state)
{
	(void)state;
	put(SM_LINE);
	for (int i = 0; i < 5; i++) {
		struct sr_ref first = join();
		struct sr_ref second = join();

		sr_ref_leave(&first);
		sr_ref_leave(&second);
	}
	assert_true(strlen(content()) <=
		    strlen(SM_LINE) + (size_t)(2 * SR_REF_LINE_LEN));
	assert_string_equal(lines(), SM_LINE);
}

/* The number of a run that was killed is another process's by now. */
static void tells_processes_apart(void **state)
{
	struct sr_ref_made left[SR_REF_DEAD_MAX];
	struct sr_ref users;
	char text[4096];
	char *number;

	(void)state;
	run_and_die(&all);
	strcpy(text, content());
	number = strstr(text, "relvmoiscsi ");
	assert_non_null(number);
	number += strlen("relvmoiscsi ");
	/* init runs, and is not ours */
	memset(number, ' ', strcspn(number, " "));
	*number = '1';
	unlink(path);
	put(text);
	users = join();
	assert_int_equal(sr_ref_dead(&users, left), 1);
	same(&left[0], &all);
}

/* Such as one that a full disk has left. */
static void ends_a_line_that_was_cut(void **state)
{
	struct sr_ref users;

	(void)state;
	put("7f5d2b0a-51f4-4b3c-9f0e-6b5b43f7ad10");
	users = join();
	assert_int_equal(sr_ref_rest(&users), SR_REF_OTHER);
	sr_ref_leave(&users);
	assert_string_equal(lines(), SM_LINE);
}

static void does_not_follow_a_link(void **state)
{
	struct error err = { 0 };
	struct sr_ref users;

	(void)state;
	users = join();
	unlink(path);
	assert_int_equal(symlink("/dev/null", path), 0);
	/* Who cannot tell who uses the session logs nobody out. */
	assert_int_equal(sr_ref_rest(&users), SR_REF_OTHER);
	assert_int_equal(sr_ref_join(iqn, &users, &err), -1);
	assert_int_equal(err.code, ERROR_HOST);
	assert_non_null(strstr(err.text, path));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_us_among_others),
		TEST(takes_the_file_away),
		TEST(tells_who_logs_out),
		TEST(remembers_the_dead),
		TEST(remembers_many),
		TEST(is_not_misled_by_lines),
		TEST(loses_no_line_of_others),
		TEST(keeps_a_file_with_somebody_new),
		TEST(does_not_write_over_lines_of_others),
		TEST(survives_a_rewrite),
		TEST(does_not_grow),
		TEST(tells_processes_apart),
		TEST(ends_a_line_that_was_cut),
		TEST(does_not_follow_a_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
