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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/stop.h"
#include "host/lock.h"

#define ID	 "36000000000001"
#define LUN_PATH "/sm/relvmoiscsi/" ID

static char home[32];
static char dir[64];

static int make_home(void **state)
{
	(void)state;
	strcpy(home, "/tmp/test_lock.XXXXXX");
	if (!mkdtemp(home))
		return -1;
	snprintf(dir, sizeof(dir), "%s/sm", home);
	return 0;
}

static int remove_home(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", home);
	return system(command);
}

static const char *at(const char *path)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s%s", home, path);
	return text;
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	return stat(at(path), &st) ? 0 : st.st_mode & 07777;
}

/* Another process that holds the lock until it is told to let go or is
 * killed. */
struct holder {
	pid_t pid;
	int tell;
};

static struct holder hold(int (*take)(struct host_lock *, struct error *))
{
	struct holder holder;
	int ready[2];
	int tell[2];
	char c = 0;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(tell), 0);
	holder.pid = fork();
	if (holder.pid == 0) {
		struct host_lock lock;
		struct error err;

		close(tell[1]);
		c = take(&lock, &err) ? 'n' : 'y';
		if (write(ready[1], &c, 1) != 1 || read(tell[0], &c, 1) < 0)
			_exit(2);
		host_lock_release(&lock);
		_exit(0);
	}
	close(ready[1]);
	close(tell[0]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	assert_int_equal(c, 'y');
	holder.tell = tell[1];
	return holder;
}

static int take_lun(struct host_lock *lock, struct error *err)
{
	return host_lock_lun(dir, ID, lock, err);
}

static int take_iscsiadm(struct host_lock *lock, struct error *err)
{
	return host_lock_iscsiadm(dir, 60000, false, lock, err);
}

static void test_taken_and_released(void **state)
{
	struct host_lock lock;
	struct error err;

	(void)state;
	umask(022);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(take_lun(&lock, &err), 0);
		assert_int_equal(mode_of("/sm"), 0755);
		assert_int_equal(mode_of("/sm/relvmoiscsi"), 0755);
		assert_int_equal(mode_of(LUN_PATH), 0600);
		assert_true(fcntl(lock.file, F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(lock.dir, F_GETFD) & FD_CLOEXEC);
		host_lock_release(&lock);
		assert_int_equal(access(at(LUN_PATH), F_OK), -1);
	}
}

static void test_held(void **state)
{
	struct holder holder = hold(take_lun);
	struct host_lock lock;
	struct error err;
	char process[32];

	(void)state;
	snprintf(process, sizeof(process), "process %d;", holder.pid);
	assert_int_equal(take_lun(&lock, &err), -1);
	assert_int_equal(err.code, ERROR_LOCKED);
	assert_non_null(strstr(err.text, "LUN " ID));
	assert_non_null(strstr(err.text, process));

	/* another LUN is another lock */
	assert_int_equal(host_lock_lun(dir, ID "2", &lock, &err), 0);
	host_lock_release(&lock);

	close(holder.tell);
	waitpid(holder.pid, NULL, 0);
	assert_int_equal(take_lun(&lock, &err), 0);
	host_lock_release(&lock);
}

static void test_holder_killed(void **state)
{
	struct holder holder = hold(take_lun);
	struct host_lock lock;
	struct error err;

	(void)state;
	kill(holder.pid, SIGKILL);
	waitpid(holder.pid, NULL, 0);
	close(holder.tell);
	assert_int_equal(access(at(LUN_PATH), F_OK), 0);
	assert_int_equal(take_lun(&lock, &err), 0);
	host_lock_release(&lock);
	assert_int_equal(access(at(LUN_PATH), F_OK), -1);
}

/* A file that took the place of ours is not ours to remove. */
static void test_replaced(void **state)
{
	struct host_lock first;
	struct host_lock second;
	struct error err;

	(void)state;
	assert_int_equal(take_lun(&first, &err), 0);
	assert_int_equal(unlink(at(LUN_PATH)), 0);
	assert_int_equal(take_lun(&second, &err), 0);
	host_lock_release(&first);
	assert_int_equal(access(at(LUN_PATH), F_OK), 0);
	host_lock_release(&second);
	assert_int_equal(access(at(LUN_PATH), F_OK), -1);
}

/* Many processes, each of which removes the file when it is done: never two
 * inside at once. */
static void test_never_two(void **state)
{
	char inside[64];
	int status;

	(void)state;
	snprintf(inside, sizeof(inside), "%s/inside", home);
	for (int i = 0; i < 6; i++) {
		if (fork())
			continue;
		for (int done = 0; done < 200;) {
			struct host_lock lock;
			struct error err;

			if (take_lun(&lock, &err))
				continue;
			if (mkdir(inside, 0700) || rmdir(inside))
				_exit(1);
			host_lock_release(&lock);
			done++;
		}
		_exit(0);
	}
	for (int i = 0; i < 6; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
}

static void test_names(void **state)
{
	char longest[600];
	struct host_lock lock;
	struct error err;

	(void)state;
	assert_int_equal(host_lock_lun(dir, "../../a b", &lock, &err), 0);
	assert_string_equal(lock.name, "%2E.%2F..%2Fa%20b");
	host_lock_release(&lock);
	memset(longest, '/', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(host_lock_lun(dir, longest, &lock, &err), 0);
	host_lock_release(&lock);
}

static void test_cannot(void **state)
{
	struct host_lock lock;
	struct error err;

	(void)state;
	assert_int_equal(host_lock_lun("/nowhere/sm", ID, &lock, &err), -1);
	assert_int_equal(err.code, ERROR_LOCKED);
	assert_non_null(strstr(err.text, "/nowhere/sm/relvmoiscsi"));

	/* a link in the place of the file is not followed */
	assert_int_equal(mkdir(dir, 0755), 0);
	assert_int_equal(mkdir(at("/sm/relvmoiscsi"), 0755), 0);
	assert_int_equal(symlink("/tmp/elsewhere", at(LUN_PATH)), 0);
	assert_int_equal(take_lun(&lock, &err), -1);
	assert_int_equal(access("/tmp/elsewhere", F_OK), -1);
}

/* It waits, and the storage manager's file stays. */
static void test_iscsiadm(void **state)
{
	struct holder holder = hold(take_iscsiadm);
	pid_t waiter = fork();
	struct host_lock lock;
	struct error err;
	int status;

	(void)state;
	if (waiter == 0) {
		close(holder.tell);
		if (take_iscsiadm(&lock, &err))
			_exit(1);
		host_lock_release(&lock);
		_exit(0);
	}
	usleep(50000);
	assert_int_equal(waitpid(waiter, &status, WNOHANG), 0);
	close(holder.tell);
	assert_int_equal(waitpid(waiter, &status, 0), waiter);
	assert_int_equal(status, 0);
	waitpid(holder.pid, NULL, 0);
	assert_int_equal(access(at("/sm/iscsiadm/isciadm_running"), F_OK), 0);
}

/* Neither for ever nor against the user's will. */
static void test_iscsiadm_gives_up(void **state)
{
	struct holder holder = hold(take_iscsiadm);
	struct host_lock lock;
	struct error err;
	char process[32];

	(void)state;
	snprintf(process, sizeof(process), "process %d;", holder.pid);
	assert_int_equal(host_lock_iscsiadm(dir, 50, false, &lock, &err), -1);
	assert_int_equal(err.code, ERROR_LOCKED);
	assert_non_null(strstr(err.text, "another iscsiadm"));
	assert_non_null(strstr(err.text, process));
	stop_on_signals();
	raise(SIGTERM);
	assert_int_equal(host_lock_iscsiadm(dir, 50, false, &lock, &err), -1);
	assert_int_equal(err.code, ERROR_LOCKED);
	assert_int_equal(host_lock_iscsiadm(dir, 60000, true, &lock, &err), -1);
	assert_int_equal(err.code, ERROR_INTERRUPTED);
	close(holder.tell);
	waitpid(holder.pid, NULL, 0);
	assert_int_equal(host_lock_iscsiadm(dir, 60000, true, &lock, &err), 0);
	host_lock_release(&lock);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_home, remove_home)
	const struct CMUnitTest tests[] = {
		TEST(test_taken_and_released),
		TEST(test_held),
		TEST(test_holder_killed),
		TEST(test_replaced),
		TEST(test_never_two),
		TEST(test_names),
		TEST(test_cannot),
		TEST(test_iscsiadm),
		TEST(test_iscsiadm_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
