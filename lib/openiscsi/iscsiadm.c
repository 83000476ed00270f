// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/iscsiadm.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "host/child.h"

/* Reads and writes files only. */
#define RECORD_MS 20000

/* Above what iscsid itself allows with the settings of our record: 15 seconds
 * to log in, 15 to log out. The lock is held meanwhile. */
#define SESSION_MS 30000

/* For iscsid to be started, and then to listen. */
#define START_MS  60000
#define LISTEN_MS 10000
#define LOOK_MS	  10

/* Exit status of iscsiadm. */
#define NO_ANSWER      4
#define NO_ANSWER_LATE 8
#define NO_ANSWER_PDU  11
#define ISCSID_SILENT  18
#define ISCSID_GONE    20

/* The abstract socket on which iscsid, or systemd for it, listens. */
#define ISCSID_SOCKET "@ISCSIADM_ABSTRACT_NAMESPACE"

/* /proc/net/unix: the kernel's flag of a socket that listens. */
#define LISTENS 0x10000u

static enum error_code class_of(int status)
{
	switch (status) {
	case NO_ANSWER:
	case NO_ANSWER_LATE:
	case NO_ANSWER_PDU:
		return ERROR_CONNECT;
	case ISCSID_SILENT:
	case ISCSID_GONE:
		return ERROR_NO_DAEMON;
	default:
		return ERROR_LOGIN;
	}
}

static void log_command(const char *const argv[], int status)
{
	char line[512] = "";
	size_t at = 0;

	for (size_t i = 0; argv[i] && at < sizeof(line); i++)
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%s",
				       i ? " " : "", argv[i]);
	log_info("%s: exit %d", line, status);
}

static int run(const char *const argv[], unsigned deadline_ms,
	       struct error *err)
{
	struct child_result result;
	int status;

	if (child_run(argv, NULL, deadline_ms, &result, err)) {
		if (err->code == ERROR_HOST)
			err->code = ERROR_NO_DAEMON;
		return -1;
	}
	status = result.status;
	log_command(argv, status);
	if (status)
		error_set(err, class_of(status), "%s, exit %d: %s", argv[0],
			  status, child_said(&result));
	child_result_free(&result);
	return status ? -1 : 0;
}

static bool iscsid_listens(void)
{
	FILE *file = fopen("/proc/net/unix", "re");
	char line[512];
	bool there = false;

	while (file && !there && fgets(line, sizeof(line), file)) {
		unsigned flags;

		there = strstr(line, ISCSID_SOCKET) &&
			sscanf(line, "%*s %*s %*s %x", &flags) == 1 &&
			flags & LISTENS;
	}
	if (file)
		fclose(file);
	return there;
}

int iscsid_start(struct error *err)
{
	static const char *const systemd[] = { "systemctl", "start",
					       "iscsid.service", NULL };
	static const char *const older[] = { "service", "iscsid", "start",
					     NULL };
	int64_t until;

	if (iscsid_listens())
		return 0;
	/* sd_booted(3) */
	if (run(access("/run/systemd/system", F_OK) ? older : systemd, START_MS,
		err)) {
		err->code = ERROR_NO_DAEMON;
		return error_prefix(err, "iscsid does not run on this host and "
					 "cannot be started: ");
	}
	until = clock_now_ms() + LISTEN_MS;
	while (!iscsid_listens()) {
		if (clock_now_ms() >= until)
			return error_set(
				err, ERROR_NO_DAEMON,
				"iscsid does not run on this host, nor "
				"after it was started; see its log, or "
				"resign with device-config:"
				"initiator=libiscsi");
		poll(NULL, 0, LOOK_MS);
	}
	return 0;
}

int iscsiadm_new(const char *iqn, const char *portal, struct error *err)
{
	const char *const argv[] = { "iscsiadm", "-m", "node",	  "-o",
				     "new",	 "-T", iqn,	  "-p",
				     portal,	 "-I", "default", NULL };

	if (run(argv, RECORD_MS, err)) {
		err->code = ERROR_LOGIN;
		return -1;
	}
	return 0;
}

int iscsiadm_login(const char *iqn, const char *portal, const char *iface,
		   struct error *err)
{
	const char *const argv[] = { "iscsiadm", "-m", "node", "-T", iqn, "-p",
				     portal,	 "-I", iface,  "-l", NULL };

	return run(argv, SESSION_MS, err);
}

int iscsiadm_logout(unsigned session, struct error *err)
{
	char sid[16];
	const char *const argv[] = { "iscsiadm", "-m", "session", "-r",
				     sid,	 "-u", NULL };

	snprintf(sid, sizeof(sid), "%u", session);
	return run(argv, SESSION_MS, err);
}
