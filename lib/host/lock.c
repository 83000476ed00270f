// SPDX-License-Identifier: LGPL-2.1-only
#include "host/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/stop.h"

/* A file may be unlinked by its owner between our opening and locking it; then
 * the next one is tried, this often. */
#define TRIES 100

#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* How often a lock is asked for that another process holds. */
#define PAUSE_MS 10

struct place {
	const char *dir;
	const char *ns;
	const char *what; /* for errors */
	const char *run;  /* for errors: what its holder is */
	int64_t until;	  /* as of clock_now_ms */
	bool or_signal;	  /* gives up when one comes */
};

enum attempt {
	TAKEN,
	FAILED, /* *err is set */
	AGAIN,
};

static int cannot(const struct place *place, struct error *err)
{
	return error_set(err, ERROR_LOCKED,
			 "%s cannot be locked in %s/%s: %s%s", place->what,
			 place->dir, place->ns, strerror(errno),
			 errno == EACCES || errno == EPERM
				 ? "; this program must run as root"
				 : "");
}

static int open_directory(const struct place *place)
{
	int fd;
	int base;

	/* The storage manager's own modes. */
	if (mkdir(place->dir, 0755) && errno != EEXIST)
		return -1;
	base = open(place->dir, DIRECTORY);
	if (base < 0)
		return -1;
	if (mkdirat(base, place->ns, 0755) && errno != EEXIST)
		fd = -1;
	else
		fd = openat(base, place->ns, DIRECTORY);
	close(base);
	return fd;
}

static enum attempt held(const struct host_lock *lock,
			 const struct place *place, struct error *err)
{
	struct flock holder = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char process[40] = "";

	if (fcntl(lock->file, F_GETLK, &holder) == 0) {
		if (holder.l_type == F_UNLCK)
			return AGAIN;
		/* A holder in another process namespace has none here. */
		if (holder.l_pid > 0)
			snprintf(process, sizeof(process), ", process %ld",
				 (long)holder.l_pid);
	}
	error_set(err, ERROR_LOCKED,
		  "another %s is running on this host%s; wait for it",
		  place->run, process);
	return FAILED;
}

/* Whoever unlinked the file that we have locked, or put another in its place,
 * has left us with a lock that no one else would meet. */
static bool still_there(const struct host_lock *lock)
{
	struct stat locked;
	struct stat named;

	return fstat(lock->file, &locked) == 0 &&
	       fstatat(lock->dir, lock->name, &named, AT_SYMLINK_NOFOLLOW) ==
		       0 &&
	       locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

static enum attempt lock_file(const struct host_lock *lock,
			      const struct place *place, struct error *err)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	while (fcntl(lock->file, F_SETLK, &whole)) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EACCES) {
			cannot(place, err);
			return FAILED;
		}
		if (place->or_signal && stop_requested()) {
			error_set(err, ERROR_INTERRUPTED,
				  "the LUN is unchanged: stopped by a signal "
				  "while it waited for another %s",
				  place->run);
			return FAILED;
		}
		if (clock_now_ms() >= place->until)
			return held(lock, place, err);
		poll(NULL, 0, PAUSE_MS);
	}
	return still_there(lock) ? TAKEN : AGAIN;
}

/* On TAKEN both files of *lock are open. */
static enum attempt try_once(struct host_lock *lock, const struct place *place,
			     struct error *err)
{
	enum attempt result = FAILED;

	lock->dir = open_directory(place);
	if (lock->dir < 0) {
		cannot(place, err);
		return FAILED;
	}
	lock->file = openat(lock->dir, lock->name,
			    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (lock->file >= 0)
		result = lock_file(lock, place, err);
	else
		cannot(place, err);
	if (result != TAKEN) {
		if (lock->file >= 0)
			close(lock->file);
		close(lock->dir);
	}
	return result;
}

static int take(struct host_lock *lock, const struct place *place,
		struct error *err)
{
	for (int i = 0; i < TRIES; i++) {
		switch (try_once(lock, place, err)) {
		case TAKEN:
			return 0;
		case FAILED:
			return -1;
		case AGAIN:
			break;
		}
	}
	return error_set(err, ERROR_LOCKED,
			 "%s cannot be locked: its file in %s/%s is replaced "
			 "again and again",
			 place->what, place->dir, place->ns);
}

/* Any text as a file's name: what is not plain becomes %XX. One that is too
 * long is cut; LUNs that then share a lock merely wait for one another. */
static void file_name(const char *text, char *out, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-.";
	size_t n = 0;

	for (const char *p = text; *p && n + 4 <= size; p++) {
		if (strchr(plain, *p) && (*p != '.' || n > 0))
			out[n++] = *p;
		else
			n += (size_t)sprintf(out + n, "%%%02X",
					     (unsigned char)*p);
	}
	out[n] = '\0';
}

static int lock_lun(const char *dir, const char *doing, const char *scsi_id,
		    const char *file, struct host_lock *out, struct error *err)
{
	struct host_lock lock = { .ours = true };
	char run[128];
	const struct place place = {
		.dir = dir,
		.ns = "relvmoiscsi",
		.what = run + strlen(doing) + strlen(" of "),
		.run = run,
	};

	snprintf(run, sizeof(run), "%s of LUN %s", doing, scsi_id);
	file_name(file, lock.name, sizeof(lock.name));
	if (take(&lock, &place, err))
		return -1;
	*out = lock;
	return 0;
}

int host_lock_lun(const char *dir, const char *scsi_id, struct host_lock *out,
		  struct error *err)
{
	return lock_lun(dir, "resign", scsi_id, scsi_id, out, err);
}

int host_lock_attach(const char *dir, const char *scsi_id,
		     struct host_lock *out, struct error *err)
{
	char *file = alloc_printf("attach %s", scsi_id);
	int rc = lock_lun(dir, "attach", scsi_id, file, out, err);

	free(file);
	return rc;
}

int host_lock_iscsiadm(const char *dir, int wait_ms, bool or_signal,
		       struct host_lock *out, struct error *err)
{
	/* The misspelling is the storage manager's. */
	struct host_lock lock = { .name = "isciadm_running" };
	const struct place place = {
		.dir = dir,
		.ns = "iscsiadm",
		.what = "iscsiadm",
		.run = "iscsiadm",
		.until = clock_now_ms() + wait_ms,
		.or_signal = or_signal,
	};

	if (take(&lock, &place, err))
		return -1;
	*out = lock;
	return 0;
}

void host_lock_release(struct host_lock *lock)
{
	/* While it is locked, so that it is ours that goes. */
	if (lock->ours && still_there(lock))
		unlinkat(lock->dir, lock->name, 0);
	close(lock->file);
	close(lock->dir);
}
