// SPDX-License-Identifier: LGPL-2.1-only
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "lun/lun_file.h"

static char path[] = "/tmp/test_lun_file.XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0 || ftruncate(fd, 65536))
		return -1;
	return close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void test_read_write(void **state)
{
	uint8_t data[8192];
	uint8_t back[8192] = { 0 };
	const struct lun_io out = { 4096, sizeof(data), data };
	const struct lun_io in[] = { { 4096, 4096, back },
				     { 8192, 4096, back + 4096 } };
	struct error err;
	struct lun *lun;

	(void)state;
	memset(data, 7, sizeof(data));
	assert_int_equal(lun_file_open(path, 4096, true, &lun, &err), 0);
	assert_int_equal(lun->size, 65536);
	assert_int_equal(lun->block_size, 4096);
	assert_int_equal(lun_write(lun, &out, 1, &err), 0);
	assert_int_equal(lun_flush(lun, &err), 0);
	lun_close(lun);

	assert_int_equal(lun_file_open(path, 512, true, &lun, &err), 0);
	assert_int_equal(lun_read(lun, in, 2, &err), 0);
	assert_memory_equal(data, back, sizeof(data));
	lun_close(lun);
}

static void expect_refusal(const char *what, uint32_t block_size,
			   const char *words)
{
	struct lun *lun = NULL;
	struct error err;

	assert_int_equal(lun_file_open(what, block_size, true, &lun, &err), -1);
	assert_int_equal(err.code, ERROR_IO);
	assert_non_null(strstr(err.text, what));
	assert_non_null(strstr(err.text, words));
	assert_null(lun);
}

static void test_refused(void **state)
{
	char fifo[sizeof(path) + 5];

	(void)state;
	expect_refusal("/nonexistent/image", 512, "No such file");
	expect_refusal("/dev/null", 512, "not a regular file");
	snprintf(fifo, sizeof(fifo), "%s.fifo", path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	expect_refusal(fifo, 512, "not a regular file");
	unlink(fifo);

	assert_int_equal(truncate(path, 0), 0);
	expect_refusal(path, 512, "not a number of blocks");
	assert_int_equal(truncate(path, 65536 + 512), 0);
	expect_refusal(path, 4096, "not a number of blocks");
	assert_int_equal(truncate(path, 65536), 0);
}

static void test_file_shrinks(void **state)
{
	uint8_t data[8192];
	const struct lun_io io = { 57344, sizeof(data), data };
	struct error err;
	struct lun *lun;

	(void)state;
	assert_int_equal(lun_file_open(path, 512, true, &lun, &err), 0);
	assert_int_equal(lun_read(lun, &io, 1, &err), 0);
	assert_int_equal(truncate(path, 61440), 0);
	assert_int_equal(lun_read(lun, &io, 1, &err), -1);
	assert_int_equal(err.code, ERROR_IO);
	assert_non_null(strstr(err.text, "ends at byte 61440"));
	assert_int_equal(truncate(path, 65536), 0);
	lun_close(lun);
}

/* The file may not grow beyond what it has: the write fails half-way. */
static void test_write_fails(void **state)
{
	const struct rlimit small = { 61440, RLIM_INFINITY };
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	uint8_t data[8192] = { 0 };
	const struct lun_io io = { 57344, sizeof(data), data };
	struct error err;
	struct lun *lun;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(lun_file_open(path, 512, true, &lun, &err), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(lun_write(lun, &io, 1, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(err.code, ERROR_IO);
	assert_non_null(strstr(err.text, "byte 61440"));
	assert_int_equal(lun_write(lun, &io, 1, &err), 0);
	lun_close(lun);
}

static void test_not_inherited(void **state)
{
	struct error err;
	struct lun *lun;
	int next = dup(0);

	(void)state;
	close(next);
	assert_int_equal(lun_file_open(path, 512, true, &lun, &err), 0);
	assert_int_equal(fcntl(next, F_GETFD), FD_CLOEXEC);
	lun_close(lun);
	assert_int_equal(fcntl(next, F_GETFD), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_write),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_file_shrinks),
		cmocka_unit_test(test_write_fails),
		cmocka_unit_test(test_not_inherited),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
