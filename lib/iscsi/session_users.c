// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/session_users.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define MARK "relvmoiscsi"

/* A line has 37 bytes; a host has some hundred SRs. */
#define USERS_MAX 65536

/* Hosts before systemd have no /run. */
static const char *folder(void)
{
	return access("/run", F_OK) == 0 ? "/run/sr-ref" : "/var/run/sr-ref";
}

static bool set_path(char path[PATH_MAX], const char *iqn)
{
	int n = snprintf(path, PATH_MAX, "%s/%s", folder(), iqn);

	return n > 0 && n < PATH_MAX;
}

static bool is_user(const char *line)
{
	struct uuid uuid;

	return strlen(line) >= UUID_TEXT_LEN && uuid_from_text(line, &uuid);
}

static bool is(const char *line, const struct uuid *us)
{
	char text[UUID_TEXT_LEN];

	uuid_to_text(us, text);
	return strncmp(line, text, UUID_TEXT_LEN) == 0;
}

/* A line of ours whose process is no more. */
static bool is_dead(const char *line)
{
	long pid;

	return sscanf(line + UUID_TEXT_LEN, " " MARK " %ld", &pid) == 1 &&
	       pid > 0 && kill((pid_t)pid, 0) && errno == ESRCH;
}

/* Keeps the lines of others that live, in place; returns their length. */
static size_t keep_others(char *text, const struct uuid *us, bool *others)
{
	char *rest = text;
	char *to = text;
	char *line;

	*others = false;
	while ((line = strsep(&rest, "\n"))) {
		size_t len = strlen(line);

		if (!is_user(line) || is(line, us) || is_dead(line))
			continue;
		*others = true;
		memmove(to, line, len);
		to += len;
		*to++ = '\n';
	}
	return (size_t)(to - text);
}

/* Rewrites the file without our line and without dead ones. `fd` is open for
 * reading and writing. */
static bool clean(int fd, const char *path, const struct uuid *us)
{
	char *text = malloc(USERS_MAX + 2);
	bool others = true;
	ssize_t n = text ? pread(fd, text, USERS_MAX, 0) : -1;
	size_t kept;

	if (n < 0) {
		log_error("%s: %s", path, strerror(errno));
		free(text);
		return true;
	}
	text[n] = '\0';
	kept = keep_others(text, us, &others);
	if (!others) {
		if (unlink(path))
			log_error("%s: %s", path, strerror(errno));
	} else if (kept != (size_t)n) {
		if (pwrite(fd, text, kept, 0) != (ssize_t)kept ||
		    ftruncate(fd, (off_t)kept))
			log_error("%s: %s", path, strerror(errno));
	}
	free(text);
	return others;
}

bool session_users_leave(const char *iqn, const struct uuid *us)
{
	char path[PATH_MAX];
	bool others;
	int fd;

	if (!set_path(path, iqn))
		return true;
	fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT)
			return false;
		log_error("%s: %s", path, strerror(errno));
		return true;
	}
	others = clean(fd, path, us);
	close(fd);
	return others;
}

int session_users_join(const char *iqn, struct uuid *us, struct error *err)
{
	char text[UUID_TEXT_LEN + 1] = "";
	char path[PATH_MAX];
	char line[96];
	int fd;
	int n;

	uuid_new(us);
	/* What runs left behind that were killed. */
	session_users_leave(iqn, us);
	uuid_to_text(us, text);
	n = snprintf(line, sizeof(line), "%s " MARK " %ld\n", text,
		     (long)getpid());
	if (mkdir(folder(), 0755) && errno != EEXIST)
		return error_set(err, ERROR_INTERNAL, "%s: %s", folder(),
				 strerror(errno));
	if (!set_path(path, iqn))
		return error_set(err, ERROR_INTERNAL, "%.64s: too long", iqn);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	if (fd < 0 || write(fd, line, (size_t)n) != n)
		error_set(err, ERROR_INTERNAL, "%s: %s", path, strerror(errno));
	else
		n = 0;
	if (fd >= 0)
		close(fd);
	return n ? -1 : 0;
}
