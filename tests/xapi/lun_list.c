// SPDX-License-Identifier: LGPL-2.1-only
/*
 * lun_list IQN HOST PORT INITIATOR [USER PASSWORD]: prints a line for each LUN
 * of a target: its number, SCSIid, size, vendor and serial number.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "iscsi/user_search.h"

int main(int argc, char **argv)
{
	struct iscsi_portal portal;
	struct iscsi_target target = { .portals = &portal, .portal_count = 1 };
	struct lun_listing list;
	struct error err;

	signal(SIGPIPE, SIG_IGN);
	if (argc != 5 && argc != 7) {
		fprintf(stderr,
			"usage: %s IQN HOST PORT INITIATOR [USER PASSWORD]\n",
			argv[0]);
		return 2;
	}
	portal.host = argv[2];
	portal.port = (uint16_t)atoi(argv[3]);
	target.iqn = argv[1];
	target.initiator = argv[4];
	if (argc == 7) {
		target.chap_user = argv[5];
		target.chap_password = argv[6];
	}
	if (user_search_list(&target, &list, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < list.count; i++)
		printf("%u %s %" PRIu64 " %s %s\n",
		       lun_number(list.items[i].lun),
		       list.items[i].scsi_id.text, list.items[i].size,
		       list.items[i].vendor, list.items[i].serial);
	free(list.items);
	return 0;
}
