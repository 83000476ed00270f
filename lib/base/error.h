// SPDX-License-Identifier: LGPL-2.1-only
/*
 * One failure: a class that callers act on, and words for the user.
 *
 * A function that can fail returns 0 or -1 and takes a `struct error *` as its
 * last argument, which it sets on -1 and leaves alone on 0. The words name the
 * key or structure that is wrong, what was found, and what to do; they never
 * hold a password. Callers that know more put it in front (error_prefix). The
 * number that xapi gets for each class is lib/sm's business (sm/errors.h).
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum error_code {
	ERROR_NONE = 0,
	ERROR_INTERNAL, /* a check of our own work failed: a bug */
	ERROR_HOST,	/* a program, file or process of this host */

	/* what the caller asked for */
	ERROR_BAD_REQUEST,   /* not a request that can be read */
	ERROR_UNIMPLEMENTED, /* a command that this driver does not offer */
	ERROR_NOT_MASTER,    /* for the pool's master, which this is not */
	ERROR_BAD_VALUE,     /* a configuration key with a wrong value */
	ERROR_NO_TARGET,     /* device_config has no target */
	ERROR_NO_TARGET_IQN, /* ... no targetIQN */
	ERROR_NO_SCSIID,     /* ... no SCSIid, or one not on this target */
	ERROR_NO_INITIATOR,  /* no initiator name anywhere */
	ERROR_BAD_PORT,	     /* port is not 1..65535 */
	ERROR_NO_SECRET,     /* a password's secret cannot be read */
	ERROR_NO_PATH_GIVEN, /* device_config has an empty device */
	ERROR_BAD_PATH,	     /* ... one that is no path */
	ERROR_XAPI,	     /* xapi cannot be asked, or not understood */

	/* the way to the LUN */
	ERROR_RESOLVE,	 /* the target's host name does not resolve */
	ERROR_CONNECT,	 /* nothing answers at target:port */
	ERROR_DISCOVERY, /* the target does not offer this targetIQN */
	ERROR_LOGIN,	 /* the target refused the login */
	ERROR_NO_PATH,	 /* this portal does not serve the LUN now, and nothing
			  * was written to it; another portal may serve it */
	ERROR_NO_DEVICE, /* the session is there, the LUN's device not */
	ERROR_NO_DISK,	 /* there is no such disk, or no HBA at all */
	ERROR_IN_USE,	 /* the LUN is, or may be, a live original */
	ERROR_NO_DAEMON, /* iscsid, which the host's initiator needs */
	ERROR_LOCKED,	 /* another resign of this LUN is under way */
	ERROR_RESERVED,	 /* another host has reserved the LUN just now */
	ERROR_INTERRUPTED, /* a signal asked us to stop */

	/* the LUN itself */
	ERROR_IO,	   /* a read, write or flush failed */
	ERROR_LUN_CONTENT, /* what is on the LUN cannot be resigned */
};

struct error {
	enum error_code code;
	char text[512]; /* one line of UTF-8, no trailing newline */
};

/* What to do about a LUN that cannot be mended where it is. */
#define MAKE_NEW_CLONE "make a new clone of the original LUN"

/* Sets *err and returns -1, so that callers can `return error_set(...)`.
 * Text that does not fit is cut. */
int error_set(struct error *err, enum error_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What stands before the text where users see it: "" unless the fault is our
 * own. */
const char *error_whose(const struct error *err);

/* Puts context in front of the text of a failure; returns -1. */
int error_prefix(struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
