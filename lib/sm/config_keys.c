// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/config_keys.h"

#include <string.h>

const struct config_key config_keys[] = {
	{ "target", "IP address or hostname of the iSCSI target; several are "
		    "separated by commas" },
	{ "port", "The network port number of the target (optional, defaults "
		  "to 3260)" },
	{ "targetIQN", "The IQN of the target that holds the cloned LUN; * is "
		       "whichever target has its SCSIid" },
	{ "SCSIid", "The scsi_id of the cloned LUN" },
	{ "chapuser",
	  "The username to be used during CHAP authentication (optional)" },
	{ "chappassword",
	  "The password to be used during CHAP authentication (optional)" },
	{ "chappassword_secret", "The uuid of a secret that holds chappassword "
				 "(optional)" },
	{ "incoming_chapuser", "The username that the target is to prove, for "
			       "bi-directional CHAP authentication "
			       "(optional)" },
	{ "incoming_chappassword", "The password that the target is to prove, "
				   "for bi-directional CHAP authentication "
				   "(optional)" },
	{ "incoming_chappassword_secret", "The uuid of a secret that holds "
					  "incoming_chappassword (optional)" },
	{ "localIQN", "The initiator name to log in with (optional, defaults "
		      "to the host's)" },
	{ "multihomelist", "Further portals of the target as ip:port, "
			   "separated by commas (optional)" },
	{ "multiSession", "The sessions that a targetIQN of * stands for, as "
			  "ip,port,iqn with | between them (optional)" },
	{ "multihomed", "Accepted as for lvmoiscsi (optional)" },
	{ "usediscoverynumber", "Accepted as for lvmoiscsi (optional)" },
	{ "LUNid", "The LUN's number, where the SCSIid is looked for first; "
		   "the SCSIid alone chooses the LUN (optional)" },
	{ "allocation", "Accepted as for lvmoiscsi (optional)" },
	{ "initiator",
	  "How to reach the LUN: libiscsi or open-iscsi (optional, "
	  "defaults to the host's configuration, else libiscsi)" },
	{ "snapshots", "What becomes of snapshots: keep or drop (optional, "
		       "defaults to keep)" },
	{ "signs_of_life",
	  "What becomes of a LUN that the pool has no record of, and that "
	  "something writes to: refuse or ignore (optional, defaults to "
	  "refuse)" },
	{ "journals", "What becomes of an operation that SM was in the middle "
		      "of and cannot end under new uuids: refuse or keep "
		      "(optional, defaults to refuse)" },
	{ "resign", "Ignored; for users of the 2016 driver (optional)" },
};

const size_t config_key_count = sizeof(config_keys) / sizeof(config_keys[0]);

bool config_key_known(const char *name)
{
	if (strcmp(name, "SRmaster") == 0)
		return true;
	for (size_t i = 0; i < config_key_count; i++) {
		if (strcmp(config_keys[i].name, name) == 0)
			return true;
	}
	return false;
}
