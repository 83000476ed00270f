// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Locks among the processes of this host, as the storage manager has them:
 * POSIX record locks on <dir>/<namespace>/<name>. The kernel gives them up when
 * the process ends, however it ends.
 */
#ifndef HOST_LOCK_H
#define HOST_LOCK_H

#include <limits.h>
#include <stdbool.h>

#include "base/error.h"

/* Where the storage manager keeps its locks; what every `dir` here is but in
 * tests. */
#define HOST_LOCK_DIR "/var/lock/sm"

/* A lock that is held, by value; to be given to host_lock_release once. */
struct host_lock {
	int dir; /* <dir>/<namespace> */
	int file;
	char name[NAME_MAX + 1];
	bool ours; /* nobody else uses this file: it goes with the lock */
};

/* One resign of a LUN at a time; and one attach, a resign before it included.
 * Neither waits. ERROR_LOCKED: another process of this host holds it, which the
 * text names; or the lock cannot be made. */
int host_lock_lun(const char *dir, const char *scsi_id, struct host_lock *out,
		  struct error *err);
int host_lock_attach(const char *dir, const char *scsi_id,
		     struct host_lock *out, struct error *err);

/* The lock under which the storage manager runs each iscsiadm; we hold it for
 * all that belongs to one login or logout. Waits for it. ERROR_LOCKED: another
 * process has held it for `wait_ms`, or it cannot be made; ERROR_INTERRUPTED:
 * a signal has come (base/stop.h), and `or_signal` says to give up then. */
int host_lock_iscsiadm(const char *dir, int wait_ms, bool or_signal,
		       struct host_lock *out, struct error *err);

void host_lock_release(struct host_lock *lock);

#endif
