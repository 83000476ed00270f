// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/session_users.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "openiscsi/users_line.h"

/* A line of the storage manager's has 37 bytes, and a host some hundred SRs. */
#define USERS_MAX 65536

/* The whole file. */
struct users {
	char path[PATH_MAX];
	int fd;
	char *text; /* each line ends in a NUL, in its newline's place */
	size_t len;
	bool cut; /* the last line has no newline */
};

/* A line of it. */
struct place {
	const char *text;
	struct users_line line;
};

/* Hosts before systemd have no /run. */
static const char *folder(void)
{
	return access("/run", F_OK) == 0 ? "/run/sr-ref" : "/var/run/sr-ref";
}

static int fail(const struct users *users, struct error *err)
{
	return error_set(err, ERROR_INTERNAL, "%.256s: %s", users->path,
			 strerror(errno));
}

static void users_close(struct users *users)
{
	if (users->fd >= 0)
		close(users->fd);
	free(users->text);
}

/* Reads what is there; makes the file with `flags` O_CREAT. */
static int users_open(struct users *users, const char *iqn, int flags,
		      struct error *err)
{
	ssize_t n;
	int path_len;

	*users = (struct users){ .fd = -1 };
	path_len = snprintf(users->path, sizeof(users->path), "%s/%s", folder(),
			    iqn);
	if (path_len < 0 || (size_t)path_len >= sizeof(users->path))
		return error_set(err, ERROR_INTERNAL, "%.64s: too long", iqn);
	users->text = malloc(USERS_MAX + 1);
	if (!users->text)
		return error_no_memory(err);
	users->fd = open(users->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags,
			 0644);
	n = users->fd < 0 ? -1 : pread(users->fd, users->text, USERS_MAX, 0);
	if (n < 0)
		return fail(users, err);
	users->len = (size_t)n;
	users->cut = n > 0 && users->text[n - 1] != '\n';
	users->text[n] = '\0';
	for (size_t i = 0; i < users->len; i++) {
		if (users->text[i] == '\n')
			users->text[i] = '\0';
	}
	return 0;
}

/* Goes from line to line; *place is zero before the first. */
static bool next(const struct users *users, struct place *place)
{
	const char *text = place->text ? place->text + strlen(place->text) + 1
				       : users->text;

	if (text >= users->text + users->len)
		return false;
	place->text = text;
	place->line = users_line_read(text);
	return true;
}

/* Puts `len` bytes in the place of that line, if it is still there: the storage
 * manager may have written the file anew. */
static int replace(const struct users *users, const struct place *place,
		   const char *bytes, size_t len, struct error *err)
{
	off_t at = place->text - users->text;
	size_t was = strlen(place->text);
	char *now = malloc(was + 1);
	int rc = 0;

	if (!now)
		return error_no_memory(err);
	if (pread(users->fd, now, was, at) != (ssize_t)was ||
	    memcmp(now, place->text, was) != 0)
		rc = error_set(err, ERROR_INTERNAL,
			       "%.256s has just been changed by another",
			       users->path);
	else if (pwrite(users->fd, bytes, len, at) != (ssize_t)len)
		rc = fail(users, err);
	free(now);
	return rc;
}

/* Nobody counts a line of blanks. */
static void blank(const struct users *users, const struct place *place)
{
	size_t len = strlen(place->text);
	char *blanks = malloc(len + 1);
	struct error err;

	if (!blanks)
		return;
	memset(blanks, ' ', len);
	if (replace(users, place, blanks, len, &err))
		log_error("%s", err.text);
	free(blanks);
}

/* Behind all that is there, whoever writes at the same time. */
static int append(const struct users *users, const char *line,
		  struct error *err)
{
	char text[1 + USERS_LINE_LEN] = "\n";
	size_t from = users->cut ? 0 : 1;
	ssize_t len = (ssize_t)(sizeof(text) - from);
	int fd =
		open(users->path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	int rc = 0;

	memcpy(text + 1, line, USERS_LINE_LEN);
	if (fd < 0 || write(fd, text + from, (size_t)len) != len)
		rc = fail(users, err);
	if (fd >= 0)
		close(fd);
	return rc;
}

static bool is_whole(const struct place *place)
{
	return strlen(place->text) == USERS_LINE_LEN - 1;
}

/* In the place of a line of ours that has been blanked, or at the end. */
static int add(const struct users *users, const struct users_line *line,
	       struct error *err)
{
	struct place place = { 0 };
	char text[USERS_LINE_LEN];

	users_line_print(line, text);
	while (next(users, &place)) {
		if (is_whole(&place) &&
		    strspn(place.text, " ") == USERS_LINE_LEN - 1)
			return replace(users, &place, text, USERS_LINE_LEN - 1,
				       err);
	}
	return append(users, text, err);
}

static int rewrite(const struct users *users, const struct place *place,
		   struct error *err)
{
	char text[USERS_LINE_LEN];

	users_line_print(&place->line, text);
	return replace(users, place, text, USERS_LINE_LEN - 1, err);
}

/* Finds a line: that of `us`, or where this is NULL one of another run of ours;
 * not one that has been cut short. */
static bool find_line(const struct users *users, const struct uuid *us,
		      const struct uuid *not_us, struct place *out)
{
	*out = (struct place){ 0 };
	while (next(users, out)) {
		const struct users_line *line = &out->line;

		if (line->kind == USER_OURS && is_whole(out) &&
		    (us ? uuid_equal(&line->user, us)
			: !uuid_equal(&line->user, not_us)))
			return true;
	}
	return false;
}

/* What has to be undone of a session belongs together. */
static void add_session(struct session_traces *to,
			const struct session_traces *from)
{
	if (from->session && !to->session) {
		to->session = true;
		to->after = from->after;
		to->scans_itself = from->scans_itself;
	}
	to->record |= from->record;
}

/* What the dead had of the session, and of LUN `lun`. */
static void inherit(const struct users *users, unsigned lun,
		    struct session_traces *left)
{
	struct place place = { 0 };

	while (next(users, &place)) {
		const struct session_traces *traces = &place.line.traces;

		if (place.line.kind != USER_DEAD)
			continue;
		add_session(left, traces);
		left->lun |= traces->lun && traces->lun_number == lun;
	}
}

static bool is_us(const struct place *place, const struct uuid *us)
{
	return place->line.kind != USER_NOBODY &&
	       uuid_equal(&place->line.user, us);
}

/* Whether anybody is there but us; the dead count or not. */
static bool has_others(const struct users *users, const struct uuid *us,
		       bool dead_too)
{
	struct place place = { 0 };

	while (next(users, &place)) {
		enum user_kind kind = place.line.kind;

		if (kind != USER_NOBODY && (kind != USER_DEAD || dead_too) &&
		    !is_us(&place, us))
			return true;
	}
	return false;
}

/* The lines of the dead, and ours (`us` may be NULL). */
static void blank_lines(const struct users *users, const struct uuid *us)
{
	struct place place = { 0 };

	while (next(users, &place)) {
		if (place.line.kind == USER_DEAD || (us && is_us(&place, us)))
			blank(users, &place);
	}
}

/* A file that names nobody goes, unless somebody has just added a line. */
static bool remove_file(const struct users *users)
{
	struct stat opened, named;
	struct error err;

	if (fstat(users->fd, &opened) || lstat(users->path, &named) ||
	    opened.st_ino != named.st_ino || named.st_size != (off_t)users->len)
		return false;
	if (unlink(users->path) && errno != ENOENT) {
		fail(users, &err);
		log_error("%s", err.text);
		return false;
	}
	return true;
}

int session_users_join(const char *iqn, unsigned lun, struct uuid *us,
		       struct session_traces *left, struct error *err)
{
	struct users_line line;
	struct users users;
	int rc;

	*left = (struct session_traces){ .lun_number = lun };
	uuid_new(us);
	if (mkdir(folder(), 0755) && errno != EEXIST)
		return error_set(err, ERROR_INTERNAL, "%s: %s", folder(),
				 strerror(errno));
	rc = users_open(&users, iqn, O_CREAT, err);
	if (!rc) {
		inherit(&users, lun, left);
		line = users_line_new(us);
		line.traces = *left;
		rc = add(&users, &line, err);
	}
	/* Ours is there before those of the dead go. */
	if (!rc)
		blank_lines(&users, NULL);
	users_close(&users);
	return rc;
}

int session_users_note(const char *iqn, const struct uuid *us,
		       const struct session_traces *traces, struct error *err)
{
	struct users users;
	struct place place;
	int rc = users_open(&users, iqn, 0, err);

	if (!rc && !find_line(&users, us, NULL, &place))
		rc = error_set(err, ERROR_INTERNAL, "%.256s: our line is gone",
			       users.path);
	if (!rc) {
		place.line.traces = *traces;
		rc = rewrite(&users, &place, err);
	}
	users_close(&users);
	return rc;
}

/* Leaves session and record to another run of ours, if there is one. */
static void bequeath(const struct users *users, const struct uuid *us,
		     struct session_traces *traces)
{
	struct place heir;
	struct error err;

	if (!(traces->session || traces->record) ||
	    !find_line(users, NULL, us, &heir))
		return;
	add_session(&heir.line.traces, traces);
	if (rewrite(users, &heir, &err))
		log_error("%s", err.text);
	traces->session = traces->record = false;
}

/* Our line says what we are about to undo. */
static void keep_line(const struct users *users, const struct uuid *us,
		      const struct session_traces *traces)
{
	struct place place;
	struct error err;
	int rc;

	if (find_line(users, us, NULL, &place)) {
		place.line.traces = *traces;
		rc = rewrite(users, &place, &err);
	} else {
		place.line = users_line_new(us);
		place.line.traces = *traces;
		rc = add(users, &place.line, &err);
	}
	if (rc)
		log_error("%s", err.text);
}

static void leave(const struct users *users, const struct uuid *us, bool others,
		  struct session_traces *traces)
{
	struct session_traces left = { 0 };
	struct place place;

	if (find_line(users, us, NULL, &place))
		*traces = place.line.traces;
	inherit(users, traces->lun_number, &left);
	add_session(traces, &left);
	bequeath(users, us, traces);
	if (others) {
		blank_lines(users, us);
	} else if (traces->session || traces->record) {
		keep_line(users, us, traces);
		blank_lines(users, NULL);
	} else if (!remove_file(users)) {
		blank_lines(users, us);
	}
}

bool session_users_alone(const char *iqn, const struct uuid *us)
{
	struct users users;
	struct error err;
	bool alone = users_open(&users, iqn, 0, &err) == 0 &&
		     !has_others(&users, us, false);

	users_close(&users);
	return alone;
}

bool session_users_leave(const char *iqn, const struct uuid *us,
			 struct session_traces *traces)
{
	struct users users;
	struct error err;
	bool others;

	if (users_open(&users, iqn, 0, &err)) {
		others = access(users.path, F_OK) == 0;
		if (others)
			log_error("%s", err.text);
	} else {
		others = has_others(&users, us, false);
		leave(&users, us, others, traces);
	}
	users_close(&users);
	return others;
}

void session_users_undone(const char *iqn, const struct uuid *us)
{
	struct users users;
	struct error err;
	struct place place;

	/* A dead one's line tells what there is to do: it stays for the next
	 * run. */
	if (users_open(&users, iqn, 0, &err) == 0 &&
	    find_line(&users, us, NULL, &place) &&
	    (has_others(&users, us, true) || !remove_file(&users)))
		blank(&users, &place);
	users_close(&users);
}
