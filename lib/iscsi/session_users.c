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

/* A line of the storage manager's has 37 bytes, and a host some hundred SRs. */
#define USERS_MAX 65536

/* Every line of ours has this length, with its newline, so that it can be
 * changed in place. */
#define LINE_LEN 96

enum kind {
	NOBODY, /* not a user's line */
	OTHER,
	OURS, /* another run of ours, which lives */
	DEAD, /* … which does not */
};

/* The whole file. */
struct users {
	char path[PATH_MAX];
	int fd;
	char *text;
	size_t len;
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
	users->text = malloc(USERS_MAX + LINE_LEN + 1);
	if (!users->text)
		return error_no_memory(err);
	users->fd = open(users->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags,
			 0644);
	n = users->fd < 0 ? -1 : pread(users->fd, users->text, USERS_MAX, 0);
	if (n < 0)
		return fail(users, err);
	users->len = (size_t)n;
	/* so that every line ends */
	users->text[users->len] = '\0';
	return 0;
}

/* What is behind our process in a line. */
static struct session_traces read_traces(const char *words)
{
	struct session_traces traces = { 0 };
	unsigned number;
	char c;

	for (; *words; words += strcspn(words, " ")) {
		words += strspn(words, " ");
		if (sscanf(words, "%c%u", &c, &number) == 2) {
			if (c == 's' || c == 'S') {
				traces.session = true;
				traces.scans_itself = c == 'S';
				traces.after = number;
			} else if (c == 'l') {
				traces.lun = true;
				traces.lun_number = number;
			}
		} else if (*words == 'r') {
			traces.record = true;
		}
	}
	return traces;
}

struct line {
	enum kind kind;
	struct uuid user;
	/* OURS and DEAD */
	long pid;
	struct session_traces traces;
};

static struct line read_line(const char *text)
{
	struct line line = { .kind = NOBODY };
	int end = 0;

	if (strlen(text) < UUID_TEXT_LEN || !uuid_from_text(text, &line.user))
		return line;
	line.kind = OTHER;
	text += UUID_TEXT_LEN;
	if (sscanf(text, " " MARK " %ld%n", &line.pid, &end) != 1 ||
	    line.pid <= 0 || end <= 0)
		return line;
	line.kind = kill((pid_t)line.pid, 0) && errno == ESRCH ? DEAD : OURS;
	line.traces = read_traces(text + end);
	return line;
}

/* A line of process `pid`, without a NUL. The longest has 84 bytes. */
static void print_line(const struct uuid *user, long pid,
		       const struct session_traces *traces, char out[LINE_LEN])
{
	char session[16] = "", lun[16] = "", line[LINE_LEN + 32];
	char uuid[UUID_TEXT_LEN];
	int n;

	uuid_to_text(user, uuid);
	if (traces->session)
		snprintf(session, sizeof(session), " %c%u",
			 traces->scans_itself ? 'S' : 's', traces->after);
	if (traces->lun)
		snprintf(lun, sizeof(lun), " l%u", traces->lun_number);
	n = snprintf(line, sizeof(line), "%.*s " MARK " %ld%s%s%s",
		     UUID_TEXT_LEN, uuid, pid, session,
		     traces->record ? " r" : "", lun);
	memset(out, ' ', LINE_LEN);
	memcpy(out, line, n < LINE_LEN ? (size_t)n : LINE_LEN - 1);
	out[LINE_LEN - 1] = '\n';
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

/* Takes the lines out that are nobody's, dead, or ours (`us` may be NULL), and
 * puts what the dead had into *left. Returns how many stay. */
static size_t tidy(struct users *users, const struct uuid *us, unsigned lun,
		   struct session_traces *left)
{
	char *rest = users->text;
	char *to = users->text;
	size_t kept = 0;
	char *line;

	while ((line = strsep(&rest, "\n"))) {
		size_t len = strlen(line);
		struct line read = read_line(line);

		if (read.kind == DEAD) {
			add_session(left, &read.traces);
			left->lun |= read.traces.lun &&
				     read.traces.lun_number == lun;
		}
		if (read.kind == NOBODY || read.kind == DEAD ||
		    (us && uuid_equal(&read.user, us)))
			continue;
		memmove(to, line, len);
		to += len;
		*to++ = '\n';
		kept++;
	}
	users->len = (size_t)(to - users->text);
	return kept;
}

/* The file becomes users->text, which is shorter. */
static int save(const struct users *users, struct error *err)
{
	if (pwrite(users->fd, users->text, users->len, 0) !=
		    (ssize_t)users->len ||
	    ftruncate(users->fd, (off_t)users->len))
		return fail(users, err);
	return 0;
}

/* The same; a file without a line goes. What fails is logged. */
static void save_or_remove(const struct users *users)
{
	struct error err;

	if (users->len > 0 ? save(users, &err)
			   : unlink(users->path) && fail(users, &err))
		log_error("%s", err.text);
}

/* Behind all that is there, whoever writes at the same time. */
static int append(const struct users *users, const char *line,
		  struct error *err)
{
	int fd =
		open(users->path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	int rc = 0;

	if (fd < 0 || write(fd, line, LINE_LEN) != LINE_LEN)
		rc = fail(users, err);
	if (fd >= 0)
		close(fd);
	return rc;
}

int session_users_join(const char *iqn, unsigned lun, struct uuid *us,
		       struct session_traces *left, struct error *err)
{
	char line[LINE_LEN];
	struct users users;
	size_t was;
	int rc;

	*left = (struct session_traces){ .lun_number = lun };
	uuid_new(us);
	if (mkdir(folder(), 0755) && errno != EEXIST)
		return error_set(err, ERROR_INTERNAL, "%s: %s", folder(),
				 strerror(errno));
	rc = users_open(&users, iqn, O_CREAT, err);
	if (!rc) {
		was = users.len;
		tidy(&users, NULL, lun, left);
		/* Ours is there before those of the dead go. */
		print_line(us, getpid(), left, line);
		rc = append(&users, line, err);
		if (!rc && users.len != was) {
			memcpy(users.text + users.len, line, LINE_LEN);
			users.len += LINE_LEN;
			rc = save(&users, err);
		}
	}
	users_close(&users);
	return rc;
}

/* Finds a line: that of `us`, or where this is NULL one of another run of ours;
 * not one that has been cut short. */
static bool find_line(const struct users *users, const struct uuid *us,
		      const struct uuid *not_us, size_t *at, struct line *out)
{
	for (size_t i = 0; i + LINE_LEN <= users->len; i++) {
		const char *text = users->text + i;
		char copy[LINE_LEN] = "";

		if ((i > 0 && text[-1] != '\n') || text[LINE_LEN - 1] != '\n')
			continue;
		memcpy(copy, text, LINE_LEN - 1);
		*out = read_line(copy);
		*at = i;
		if (out->kind == OURS && (us ? uuid_equal(&out->user, us)
					     : !uuid_equal(&out->user, not_us)))
			return true;
	}
	return false;
}

int session_users_note(const char *iqn, const struct uuid *us,
		       const struct session_traces *traces, struct error *err)
{
	char text[LINE_LEN];
	struct users users;
	struct line line;
	size_t at;
	int rc = users_open(&users, iqn, 0, err);

	if (!rc && !find_line(&users, us, NULL, &at, &line))
		rc = error_set(err, ERROR_INTERNAL, "%.256s: our line is gone",
			       users.path);
	if (!rc) {
		print_line(us, line.pid, traces, text);
		if (pwrite(users.fd, text, LINE_LEN, (off_t)at) != LINE_LEN)
			rc = fail(&users, err);
	}
	users_close(&users);
	return rc;
}

/* Leaves session and record to another run of ours, if there is one. */
static void bequeath(struct users *users, const struct uuid *us,
		     struct session_traces *traces)
{
	struct line heir;
	size_t at;

	if (!(traces->session || traces->record) ||
	    !find_line(users, NULL, us, &at, &heir))
		return;
	add_session(&heir.traces, traces);
	print_line(&heir.user, heir.pid, &heir.traces, users->text + at);
	traces->session = traces->record = false;
}

bool session_users_leave(const char *iqn, const struct uuid *us,
			 struct session_traces *traces)
{
	struct session_traces left = { 0 };
	struct users users;
	struct line line;
	struct error err;
	bool others = true;
	size_t at;

	if (users_open(&users, iqn, 0, &err)) {
		others = access(users.path, F_OK) == 0;
		if (others)
			log_error("%s", err.text);
		users_close(&users);
		return others;
	}
	if (find_line(&users, us, NULL, &at, &line))
		*traces = line.traces;
	others = tidy(&users, us, traces->lun_number, &left) > 0;
	add_session(traces, &left);
	bequeath(&users, us, traces);
	if (!others && (traces->session || traces->record)) {
		print_line(us, getpid(), traces, users.text);
		users.len = LINE_LEN;
	}
	save_or_remove(&users);
	users_close(&users);
	return others;
}

void session_users_undone(const char *iqn, const struct uuid *us)
{
	struct users users;
	struct error err;
	struct line line;
	size_t at;

	/* A dead one's line tells what there is to do: it stays for the next
	 * run. */
	if (users_open(&users, iqn, 0, &err) == 0 &&
	    find_line(&users, us, NULL, &at, &line)) {
		users.len -= LINE_LEN;
		memmove(users.text + at, users.text + at + LINE_LEN,
			users.len - at + 1);
		save_or_remove(&users);
	}
	users_close(&users);
}
