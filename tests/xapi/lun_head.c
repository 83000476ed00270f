// SPDX-License-Identifier: LGPL-2.1-only
/*
 * lun_head IQN SCSIID HOST PORT INITIATOR FILE MIB [USER PASSWORD]: copies the
 * first MIB MiB of a LUN into FILE, which becomes as long as the LUN. That much
 * holds an SR's LVM metadata.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "iscsi/user_luns.h"
#include "iscsi/user_session.h"
#include "lun/lun_libiscsi.h"

#define MIB (1024 * 1024)

static int copy(struct lun *lun, const char *name, uint64_t mib,
		struct error *err)
{
	static uint8_t bytes[MIB];
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int rc = 0;

	if (fd < 0 || ftruncate(fd, (off_t)lun->size))
		rc = error_set(err, ERROR_IO, "%s cannot be made", name);
	for (uint64_t i = 0; rc == 0 && i < mib && (i + 1) * MIB <= lun->size;
	     i++) {
		const struct lun_io io = { i * MIB, MIB, bytes };

		rc = lun_read(lun, &io, 1, err);
		if (rc == 0 && pwrite(fd, bytes, MIB, (off_t)(i * MIB)) != MIB)
			rc = error_set(err, ERROR_IO, "%s: short", name);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

int main(int argc, char **argv)
{
	struct iscsi_portal portal;
	struct iscsi_target target = { .portals = &portal, .portal_count = 1 };
	struct iscsi_context *session;
	struct lun *lun = NULL;
	struct error err;
	struct user_lun found;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	if (argc != 8 && argc != 10) {
		fprintf(stderr,
			"usage: %s IQN SCSIID HOST PORT INITIATOR FILE "
			"MIB [USER PASSWORD]\n",
			argv[0]);
		return 2;
	}
	portal.host = argv[3];
	portal.port = (uint16_t)atoi(argv[4]);
	target.iqn = argv[1];
	target.initiator = argv[5];
	if (argc == 10) {
		target.chap_user = argv[8];
		target.chap_password = argv[9];
	}
	rc = user_session_open(&target, &session, &err);
	if (rc == 0) {
		rc = user_session_find_lun(
			session,
			&(struct lun_wanted){ .scsi_id = argv[2],
					      .as_listed = true },
			&found, &err);
		/* As a link in /dev/disk/by-scsid, which is what the storage
		 * manager looks for. */
		if (rc == 0 && strcmp(found.names.scsi_id.text, argv[2]))
			rc = error_set(&err, ERROR_NO_DEVICE,
				       "no /dev/disk/by-scsid/%s", argv[2]);
		if (rc == 0)
			rc = lun_libiscsi_open(session, found.lun, &found.names,
					       true, &lun, &err);
		if (rc == 0)
			rc = copy(lun, argv[6], (uint64_t)atoi(argv[7]), &err);
		lun_close(lun);
		user_session_close(session);
	}
	if (rc)
		fprintf(stderr, "%s\n", err.text);
	return rc ? 1 : 0;
}
