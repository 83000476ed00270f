// SPDX-License-Identifier: LGPL-2.1-only
/*
 * To be preloaded into the program, which then meets with
 *
 *   AFTER=N	 right after its Nth write, whatever it does next: if there is
 *		 PATH_FILES="FILE...", a path fails ("offline" is written into each
 *		 of these), else SIGTERM
 *   IN_WAIT=1	 SIGTERM when it begins to wait for a second
 *   LOCKED=1	 SIGSTOP once it holds the lock of a file
 *
 * Writes are pwrite() to a device, and SG_IO with data for it, as lun_block.c has
 * them. WRITES_LOG gets "DEVICE WRITES COMMANDS" when the program ends: where it has
 * written to, how often, and how many of these were by SG_IO.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int writes, commands;
static char device[64] = "none";

static void fail(char *files)
{
	for (char *file = strtok(files, " "); file; file = strtok(NULL, " ")) {
		int fd = open(file, O_WRONLY | O_CLOEXEC);

		if (fd < 0 || write(fd, "offline\n", 8) != 8)
			abort();
		close(fd);
	}
}

static void written(int fd)
{
	const char *when = getenv("AFTER");
	const char *files = getenv("PATH_FILES");
	char link[64], path[64] = "";
	struct stat st;

	if (fstat(fd, &st) || !S_ISBLK(st.st_mode))
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, path, sizeof(path) - 1) > 5)
		strcpy(device, path + strlen("/dev/"));
	writes++;
	if (!when || atoi(when) != writes)
		return;
	if (files)
		fail(strdup(files));
	else
		raise(SIGTERM);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
	ssize_t (*real)(int, const void *, size_t, off_t);
	ssize_t put;

	*(void **)&real = dlsym(RTLD_NEXT, "pwrite");
	put = real(fd, data, len, at);
	written(fd);
	return put;
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, void *);
	sg_io_hdr_t *header;
	va_list ap;
	int status;

	*(void **)&real = dlsym(RTLD_NEXT, "ioctl");
	va_start(ap, request);
	header = va_arg(ap, void *);
	va_end(ap);
	status = real(fd, request, header);
	if (request == SG_IO && header->dxfer_direction == SG_DXFER_TO_DEV) {
		commands++;
		written(fd);
	}
	return status;
}

int fcntl(int fd, int command, ...)
{
	int (*real)(int, int, void *);
	void *argument;
	va_list ap;
	int status;

	*(void **)&real = dlsym(RTLD_NEXT, "fcntl");
	va_start(ap, command);
	argument = va_arg(ap, void *);
	va_end(ap);
	status = real(fd, command, argument);
	if (command == F_SETLK && status == 0 && getenv("LOCKED"))
		raise(SIGSTOP);
	return status;
}

int nanosleep(const struct timespec *wait, struct timespec *left)
{
	int (*real)(const struct timespec *, struct timespec *);

	*(void **)&real = dlsym(RTLD_NEXT, "nanosleep");
	if (wait->tv_sec >= 1 && getenv("IN_WAIT"))
		raise(SIGTERM);
	return real(wait, left);
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("WRITES_LOG");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (!file)
		return;
	fprintf(file, "%s %d %d\n", device, writes, commands);
	fclose(file);
}
