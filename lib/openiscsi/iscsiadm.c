// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/iscsiadm.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "host/child.h"

/* Reads and writes files only. */
#define RECORD_MS 20000

/* Above what iscsid itself allows with the settings of our record: 15 seconds
 * to log in, 15 to log out and as much until a lost session is given
 * up. */
#define SESSION_MS 60000

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

static const char no_daemon[] = "iscsid does not run on this host; start it "
				"(systemctl start iscsid), or "
				"resign with device-config:initiator=libiscsi";

int iscsid_check(struct error *err)
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
	return there ? 0 : error_set(err, ERROR_NO_DAEMON, "%s", no_daemon);
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

static int run(const char *const argv[], unsigned deadline_ms,
	       struct error *err)
{
	const struct child_command command = {
		.argv = argv,
		.deadline_ms = deadline_ms,
	};
	struct child_result result;
	int status;

	if (child_run(&command, &result, err)) {
		if (err->code == ERROR_INTERNAL)
			err->code = ERROR_LOGIN;
		return -1;
	}
	status = result.status;
	log_command(argv, status);
	if (status)
		error_set(err, class_of(status), "iscsiadm, exit %d: %s",
			  status, child_said(&result));
	child_result_free(&result);
	return status ? -1 : 0;
}

int iscsiadm_new(const char *iqn, const struct iscsi_address *address,
		 struct error *err)
{
	char portal[ISCSI_PORTAL_SIZE];
	const char *const argv[] = { "iscsiadm", "-m", "node",	  "-o",
				     "new",	 "-T", iqn,	  "-p",
				     portal,	 "-I", "default", NULL };

	iscsi_address_text(address, portal);
	return run(argv, RECORD_MS, err);
}

int iscsiadm_login(const char *iqn, const struct iscsi_address *address,
		   const char *iface, struct error *err)
{
	char portal[ISCSI_PORTAL_SIZE];
	const char *const argv[] = { "iscsiadm", "-m", "node", "-T", iqn, "-p",
				     portal,	 "-I", iface,  "-l", NULL };

	iscsi_address_text(address, portal);
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

int iscsiadm_delete(const char *iqn, const struct iscsi_address *address,
		    const char *iface, struct error *err)
{
	char portal[ISCSI_PORTAL_SIZE];
	const char *const argv[] = { "iscsiadm", "-m", "node", "-o",
				     "delete",	 "-T", iqn,    "-p",
				     portal,	 "-I", iface,  NULL };

	iscsi_address_text(address, portal);
	return run(argv, RECORD_MS, err);
}
