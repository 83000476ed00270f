// SPDX-License-Identifier: LGPL-2.1-only
#include "host/openers.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text_file.h"

struct subject {
	const char *file; /* its resolved path; NULL: a block device */
	struct stat st;	  /* of a device only st_rdev */
};

static bool is_number(const char *text)
{
	return isdigit((unsigned char)*text);
}

static bool is_passer(const char *name)
{
	static const char *const names[] = {
		"multipathd", "systemd-udevd", "(udev-worker)", "udevd",
		"scsi_id",    "ata_id",	       "multipath",	"blkid",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* Whether the link's text lets it be what we look for: then it is followed. */
static bool may_open(int fds, const char *link, const struct subject *subject)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(fds, link, target, sizeof(target));

	if (!subject->file)
		return len > 5 && memcmp(target, "/dev/", 5) == 0;
	return len > 0 && (size_t)len == strlen(subject->file) &&
	       memcmp(target, subject->file, (size_t)len) == 0;
}

/* A file has many names, and another root has names of its own, so that the link's
 * text tells little; but a stat() of whatever is open may wait for a server that
 * is no more. This one does not ask it. Kernels before 4.11 do not have it. */
static bool stat_opened(int fds, const char *link,
			const struct subject *subject, struct stat *st)
{
	struct statx now;

	if (syscall(SYS_statx, fds, link, AT_STATX_DONT_SYNC,
		    STATX_TYPE | STATX_INO, &now))
		return may_open(fds, link, subject) &&
		       fstatat(fds, link, st, 0) == 0;
	st->st_mode = now.stx_mode;
	st->st_ino = now.stx_ino;
	st->st_dev = makedev(now.stx_dev_major, now.stx_dev_minor);
	st->st_rdev = makedev(now.stx_rdev_major, now.stx_rdev_minor);
	return true;
}

static bool is_subject(const struct stat *st, const struct subject *subject)
{
	if (!subject->file)
		return S_ISBLK(st->st_mode) &&
		       st->st_rdev == subject->st.st_rdev;
	return st->st_dev == subject->st.st_dev &&
	       st->st_ino == subject->st.st_ino;
}

/* A link of the folder fd of a process. */
static bool opens(int fds, const char *link, const struct subject *subject,
		  bool *writes)
{
	struct stat st;

	if (!stat_opened(fds, link, subject, &st) || !is_subject(&st, subject))
		return false;
	/* The link's own mode says how the file was opened. */
	*writes = fstatat(fds, link, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		  (st.st_mode & S_IWUSR);
	return true;
}

static void count(struct openers *out, int fds, pid_t pid, bool writes)
{
	char name[sizeof(out->name)];
	ssize_t n;

	if (pid == getpid()) {
		out->ours++;
		return;
	}
	n = file_begin(fds, "../comm", name, sizeof(name) - 1);
	if (n < 0)
		return;
	name[n] = '\0';
	name[strcspn(name, "\n")] = '\0';
	if (!writes && is_passer(name)) {
		out->passers++;
		return;
	}
	if (out->others++ == 0) {
		out->pid = pid;
		strcpy(out->name, name);
	}
}

static void look_at(int proc, const char *pid, const struct subject *subject,
		    struct openers *out)
{
	char path[sizeof(((struct dirent *)0)->d_name) + 4];
	const struct dirent *entry;
	DIR *fds;
	int fd;

	snprintf(path, sizeof(path), "%s/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds = fd < 0 ? NULL : fdopendir(fd);
	if (!fds) {
		alloc_check_errno();
		out->unseen |= errno == EACCES;
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(fds))) {
		bool writes;

		if (is_number(entry->d_name) &&
		    opens(fd, entry->d_name, subject, &writes))
			count(out, fd, (pid_t)atol(pid), writes);
	}
	closedir(fds);
}

static void look_at_all(const struct subject *subject, struct openers *out)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (!proc) {
		alloc_check_errno();
		return;
	}
	while ((entry = readdir(proc))) {
		if (is_number(entry->d_name))
			look_at(dirfd(proc), entry->d_name, subject, out);
	}
	closedir(proc);
}

void openers_of(dev_t device, struct openers *out)
{
	const struct subject subject = { .st.st_rdev = device };

	*out = (struct openers){ 0 };
	look_at_all(&subject, out);
}

void openers_of_file(const char *path, struct openers *out)
{
	char file[PATH_MAX];
	struct subject subject = { .file = file };

	*out = (struct openers){ 0 };
	if (realpath(path, file) && stat(file, &subject.st) == 0)
		look_at_all(&subject, out);
}

/* ---- the kernel's own targets ---- */

/* Where they tell what they serve: LIO of each backstore, in a folder a kind and
 * number; SCST of each device. */
static const struct server {
	const char *name, *folder;
	unsigned levels;
	const char *file;
} servers[] = {
	{ "LIO", "/sys/kernel/config/target/core", 1, "info" },
	{ "SCST", "/sys/kernel/scst_tgt/devices", 0, "filename" },
};

/* The path in it: "… File: PATH  Size: …" of a fileio backstore, a line of SCST's. */
static const char *served_path(const char *file, char *text, size_t size)
{
	ssize_t n = file_begin(AT_FDCWD, file, text, size - 1);
	char *path, *end = NULL;

	if (n < 0)
		return NULL;
	text[n] = '\0';
	if (text[0] == '/') {
		text[strcspn(text, "\n")] = '\0';
		return text;
	}
	path = strstr(text, "File: ");
	if (!path)
		return NULL;
	path += strlen("File: ");
	for (char *p = path; (p = strstr(p, "  Size: ")); p++)
		end = p;
	if (end)
		*end = '\0';
	return end ? path : NULL;
}

static bool serves(const char *file, const struct stat *what)
{
	char text[PATH_MAX];
	const char *path = served_path(file, text, sizeof(text));
	struct stat served;

	if (!path || stat(path, &served))
		return false;
	if (S_ISBLK(what->st_mode))
		return S_ISBLK(served.st_mode) &&
		       served.st_rdev == what->st_rdev;
	return served.st_dev == what->st_dev && served.st_ino == what->st_ino;
}

/* Not by glob(), which looks users up: a static program must not. */
static bool any_serves(const struct server *server, const char *folder,
		       unsigned levels, const struct stat *what)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	bool found = false;
	DIR *dir = opendir(folder);

	if (!dir) {
		alloc_check_errno();
		return false;
	}
	while (!found && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", folder, entry->d_name,
			 levels ? "" : server->file);
		found = levels ? any_serves(server, path, levels - 1, what)
			       : serves(path, what);
	}
	closedir(dir);
	return found;
}

const char *kernel_target_of(const char *path)
{
	struct stat what;

	if (stat(path, &what))
		return NULL;
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		if (any_serves(&servers[i], servers[i].folder,
			       servers[i].levels, &what))
			return servers[i].name;
	}
	return NULL;
}
