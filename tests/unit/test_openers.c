// SPDX-License-Identifier: LGPL-2.1-only
/*
 * With whatever block device is here: one that this process, and a child, have
 * open. Where it cannot be opened, as without its node, the tests are skipped.
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

#include "host/block.h"
#include "host/openers.h"

static char path[BLOCK_NAME_SIZE + 8];

/* A device that can be opened; -1 if there is none. */
static int open_some(void)
{
	struct block_names all = block_all();
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < all.count; i++) {
		strcpy(path, block_node(all.items[i]).path);
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	}
	block_names_free(&all);
	return fd;
}

static void test_counts(void **state)
{
	int ready[2], done[2];
	struct openers openers;
	struct stat st;
	int fd = open_some();
	char c = 0;
	pid_t child;

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(fstat(fd, &st), 0);
	openers_of(st.st_rdev, &openers);
	assert_int_equal(openers.ours, 1);

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(done), 0);
	child = fork();
	if (child == 0) {
		if (write(ready[1], &c, 1) != 1 || read(done[0], &c, 1) != 1)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(fd);
	openers_of(st.st_rdev, &openers);
	assert_int_equal(openers.ours, 0);
	assert_true(openers.others >= 1);
	assert_true(*openers.name != '\0');
	assert_int_equal(write(done[1], &c, 1), 1);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* By a name that is not the one that it was opened by. */
static void test_other_name(void **state)
{
	char opened[] = "/tmp/relvm-openers-XXXXXX", link_to_it[64];
	struct openers openers;
	int fd = mkstemp(opened);

	(void)state;
	assert_true(fd >= 0);
	snprintf(link_to_it, sizeof(link_to_it), "%s-link", opened);
	assert_int_equal(link(opened, link_to_it), 0);
	openers_of_file(link_to_it, &openers);
	assert_int_equal(openers.ours, 1);
	close(fd);
	openers_of_file(link_to_it, &openers);
	assert_int_equal(openers.ours, 0);
	unlink(opened);
	unlink(link_to_it);
}

/* As a process has it that has another root, and its own nodes. */
static void test_other_node(void **state)
{
	char folder[] = "/tmp/relvm-openers-XXXXXX", node[64];
	struct openers openers;
	struct stat st;
	int fd = open_some();

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(fstat(fd, &st), 0);
	close(fd);
	assert_non_null(mkdtemp(folder));
	snprintf(node, sizeof(node), "%s/node", folder);
	if (mknod(node, S_IFBLK | 0600, st.st_rdev) == 0)
		fd = open(node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	else
		fd = -1;
	unlink(node);
	rmdir(folder);
	if (fd < 0)
		skip();
	openers_of(st.st_rdev, &openers);
	assert_int_equal(openers.ours, 1);
	close(fd);
}

static void test_no_device(void **state)
{
	struct block_names names;
	dev_t number;

	(void)state;
	assert_false(block_number("nonesuch", &number));
	assert_false(block_is_multipath("nonesuch"));
	assert_int_equal(block_dm_opens("nonesuch"), -1);
	assert_false(block_dm_remove("nonesuch"));
	names = block_holders("nonesuch");
	assert_int_equal(names.count, 0);
	block_names_free(&names);
}

static void test_path(void **state)
{
	(void)state;
	assert_string_equal(block_node("cciss!c0d0").path, "/dev/cciss/c0d0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_other_name),
		cmocka_unit_test(test_other_node),
		cmocka_unit_test(test_no_device),
		cmocka_unit_test(test_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
