// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/sr_ref.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"

/* A line of the storage manager's has 37 bytes, and a host some hundred SRs. */
#define USERS_MAX 65536

/* The whole file, as it was read. */
struct users {
	char path[PATH_MAX];
	int fd;
	char text[USERS_MAX + 1]; /* lines end in a NUL, in their newline's
				   * place */
	size_t len;
	bool cut; /* the last line has no newline */
};

/* A line of it; all zeros before the first. */
struct place {
	const char *text;
	enum sr_ref_kind kind;
	struct uuid user;
	struct sr_ref_made made; /* of ours, also of the dead */
};

/* Hosts before systemd have no /run. */
static const char *folder(void)
{
	return access("/run", F_OK) == 0 ? "/run/sr-ref" : "/var/run/sr-ref";
}

static int fail(const struct users *users, struct error *err)
{
	return error_set(err, ERROR_HOST, "%.256s: %s", users->path,
			 strerror(errno));
}

static void users_close(struct users *users)
{
	if (users)
		close(users->fd);
	free(users);
}

/* Reads what is there; makes the file with `flags` O_CREAT. NULL: *err, and
 * errno is ENOENT if there is no file. */
static struct users *users_open(const char *iqn, int flags, struct error *err)
{
	struct users *users = alloc_zeroed(1, sizeof(*users));
	ssize_t n;

	snprintf(users->path, sizeof(users->path), "%s/%.*s", folder(),
		 NAME_MAX, iqn);
	users->fd = open(users->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags,
			 0644);
	n = users->fd < 0 ? -1 : pread(users->fd, users->text, USERS_MAX, 0);
	if (n < 0) {
		int why = errno;

		fail(users, err);
		users_close(users);
		errno = why;
		return NULL;
	}
	users->len = (size_t)n;
	users->cut = n > 0 && users->text[n - 1] != '\n';
	for (size_t i = 0; i < users->len; i++) {
		if (users->text[i] == '\n')
			users->text[i] = '\0';
	}
	return users;
}

/* Goes from line to line. */
static bool next(const struct users *users, struct place *place)
{
	const char *text = place->text ? place->text + strlen(place->text) + 1
				       : users->text;

	if (text >= users->text + users->len)
		return false;
	*place = (struct place){ .text = text };
	place->kind = sr_ref_line_read(text, &place->user, &place->made);
	return true;
}

/* Puts `len` bytes in the place of that line, if it is still there: the storage
 * manager may have written the file anew. */
static int replace(const struct users *users, const struct place *place,
		   const char *bytes, size_t len, struct error *err)
{
	char now[SR_REF_LINE_LEN];
	off_t at = place->text - users->text;
	ssize_t n = pread(users->fd, now, len, at);

	if (n != (ssize_t)len || memcmp(now, place->text, len) != 0)
		return error_set(err, ERROR_HOST,
				 "%.256s has just been changed by another",
				 users->path);
	if (pwrite(users->fd, bytes, len, at) != (ssize_t)len)
		return fail(users, err);
	return 0;
}

/* One of ours has the length of ours, unless it was cut short. */
static size_t length(const struct place *place)
{
	size_t len = strlen(place->text);

	return len < SR_REF_LINE_LEN ? len : SR_REF_LINE_LEN - 1;
}

/* Nobody counts a line of blanks. */
static void blank(const struct users *users, const struct place *place)
{
	char blanks[SR_REF_LINE_LEN];
	struct error err;

	memset(blanks, ' ', sizeof(blanks));
	if (replace(users, place, blanks, length(place), &err))
		log_error("%s", err.text);
}

/* Behind all that is there, whoever writes at the same time. */
static int append(const struct users *users, const char *line,
		  struct error *err)
{
	char text[1 + SR_REF_LINE_LEN] = "\n";
	size_t from = users->cut ? 0 : 1;
	ssize_t len = (ssize_t)(sizeof(text) - from);
	int fd =
		open(users->path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	int rc = 0;

	memcpy(text + 1, line, SR_REF_LINE_LEN);
	if (fd < 0 || write(fd, text + from, (size_t)len) != len)
		rc = fail(users, err);
	if (fd >= 0)
		close(fd);
	return rc;
}

static bool is_us(const struct place *place, const struct sr_ref *us)
{
	return place->kind != SR_REF_NOBODY &&
	       uuid_equal(&place->user, &us->us);
}

static bool is_blanked(const struct place *place)
{
	return strlen(place->text) == SR_REF_LINE_LEN - 1 &&
	       strspn(place->text, " ") == SR_REF_LINE_LEN - 1;
}

/* Our line, in the place of what it was; else in that of a line of ours that
 * has been blanked, or at the end. */
static int put(const struct users *users, const struct sr_ref *self,
	       struct error *err)
{
	struct place place = { 0 }, free_place = { 0 };
	char text[SR_REF_LINE_LEN];

	sr_ref_line_print(self, text);
	while (next(users, &place)) {
		if (is_us(&place, self) &&
		    strlen(place.text) == SR_REF_LINE_LEN - 1)
			return replace(users, &place, text, SR_REF_LINE_LEN - 1,
				       err);
		if (is_blanked(&place))
			free_place = place;
	}
	if (free_place.text)
		return replace(users, &free_place, text, SR_REF_LINE_LEN - 1,
			       err);
	return append(users, text, err);
}

int sr_ref_join(const char *iqn, struct sr_ref *out, struct error *err)
{
	struct sr_ref self = { .iqn = iqn };
	struct place place = { 0 };
	struct users *users;
	int rc;

	uuid_new(&self.us);
	if (mkdir(folder(), 0755) && errno != EEXIST)
		return error_set(err, ERROR_HOST, "%s: %s", folder(),
				 strerror(errno));
	users = users_open(iqn, O_CREAT, err);
	if (!users)
		return -1;
	while (next(users, &place)) {
		self.made.session |=
			place.kind == SR_REF_OTHER || place.made.session;
		self.made.ours |= place.made.ours;
	}
	rc = put(users, &self, err);
	users_close(users);
	if (!rc)
		*out = self;
	return rc;
}

size_t sr_ref_dead(struct sr_ref *self, struct sr_ref_made out[SR_REF_DEAD_MAX])
{
	struct place place = { 0 };
	struct error err;
	struct users *users = users_open(self->iqn, 0, &err);
	size_t count = 0;

	while (users && count < SR_REF_DEAD_MAX && next(users, &place)) {
		if (place.kind != SR_REF_DEAD)
			continue;
		self->made.session |= place.made.session;
		self->made.ours |= place.made.ours;
		out[count++] = place.made;
	}
	users_close(users);
	return count;
}

int sr_ref_note(const struct sr_ref *self, struct error *err)
{
	struct users *users = users_open(self->iqn, O_CREAT, err);
	int rc = users ? put(users, self, err) : -1;

	users_close(users);
	return rc;
}

/* The strongest kind of line but ours. */
static enum sr_ref_kind rest(const struct users *users, const struct sr_ref *us)
{
	enum sr_ref_kind strongest = SR_REF_NOBODY;
	struct place place = { 0 };

	while (next(users, &place)) {
		if (place.kind > strongest && !is_us(&place, us))
			strongest = place.kind;
	}
	return strongest;
}

enum sr_ref_kind sr_ref_rest(const struct sr_ref *self)
{
	struct error err;
	struct users *users = users_open(self->iqn, 0, &err);
	enum sr_ref_kind kind = errno == ENOENT ? SR_REF_NOBODY : SR_REF_OTHER;

	if (users)
		kind = rest(users, self);
	users_close(users);
	return kind == SR_REF_DEAD ? SR_REF_NOBODY : kind;
}

void sr_ref_bury(const struct sr_ref *self)
{
	struct place place = { 0 };
	struct error err;
	struct users *users = users_open(self->iqn, 0, &err);

	while (users && next(users, &place)) {
		if (place.kind == SR_REF_DEAD)
			blank(users, &place);
	}
	users_close(users);
}

/* A file that names nobody goes, unless somebody has just added a line. */
static bool remove_file(const struct users *users)
{
	struct stat opened, named;

	return fstat(users->fd, &opened) == 0 &&
	       lstat(users->path, &named) == 0 &&
	       opened.st_ino == named.st_ino &&
	       named.st_size == (off_t)users->len && unlink(users->path) == 0;
}

void sr_ref_leave(const struct sr_ref *self)
{
	struct place place = { 0 };
	struct error err;
	struct users *users = users_open(self->iqn, 0, &err);

	/* A dead one's line tells what there is to do: it stays for the next
	 * run. */
	if (users &&
	    (rest(users, self) != SR_REF_NOBODY || !remove_file(users))) {
		while (next(users, &place)) {
			if (is_us(&place, self))
				blank(users, &place);
		}
	}
	users_close(users);
}
