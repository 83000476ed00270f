// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/sr_type.h"

#include <string.h>

#include "base/choices.h"

const struct sr_type sr_type_iscsi = {
	.program = "RELVMoISCSISR",
	.name = "relvmoiscsi",
	.attached_as = "lvmoiscsi",
	.driver_name = "LVHD over iSCSI with resigning of duplicates",
	.description = "SR plugin which gives the clone of an LVHD SR's iSCSI "
		       "LUN new identifiers, so that it can be attached beside "
		       "its original",
	.keys = CONFIG_ISCSI,
};

const struct sr_type sr_type_hba = {
	.program = "RELVMoHBASR",
	.name = "relvmohba",
	.attached_as = "lvmohba",
	.driver_name = "LVHD over HBA with new identifiers for clones",
	.description =
		"SR plugin which gives the clone of an LVHD SR's HBA LUN "
		"new identifiers, so that it can be attached beside its "
		"original",
	.keys = CONFIG_HBA,
};

static const struct sr_type *const all[] = { &sr_type_iscsi, &sr_type_hba };

const struct sr_type *sr_type_of_program(const char *program)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(all[i]->program, program) == 0)
			return all[i];
	}
	return NULL;
}

const struct sr_type *sr_type_of_attached(const char *attached_as)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(all[i]->attached_as, attached_as) == 0)
			return all[i];
	}
	return NULL;
}

#define CHOICE(two_words, member)                                 \
	.types = CONFIG_BOTH | CONFIG_CALL, .words = (two_words), \
	.choice = offsetof(struct resign_choices, member)

const struct config_key config_keys[] = {
	{ "target",
	  "IP address or hostname of the iSCSI target; several are "
	  "separated by commas",
	  .types = CONFIG_ISCSI },
	{ "port",
	  "The network port number of the target (optional, defaults "
	  "to 3260)",
	  .types = CONFIG_ISCSI },
	{ "targetIQN",
	  "The IQN of the target that holds the cloned LUN; * is "
	  "whichever target has its SCSIid",
	  .types = CONFIG_ISCSI },
	{ "SCSIid", "The scsi_id of the cloned LUN", .types = CONFIG_BOTH },
	{ "device",
	  "A path of the cloned LUN, instead of its SCSIid (optional)",
	  .types = CONFIG_HBA },
	{ "rescan",
	  "Whether the HBAs look for new LUNs first, if there is none with "
	  "this "
	  "SCSIid: true or false (optional, defaults to false)",
	  .types = CONFIG_HBA | CONFIG_CALL },
	{ "chapuser",
	  "The username to be used during CHAP authentication (optional)",
	  .types = CONFIG_ISCSI },
	{ "chappassword",
	  "The password to be used during CHAP authentication (optional)",
	  .types = CONFIG_ISCSI },
	{ "chappassword_secret",
	  "The uuid of a secret that holds chappassword "
	  "(optional)",
	  .types = CONFIG_ISCSI },
	{ "incoming_chapuser",
	  "The username that the target is to prove, for "
	  "bi-directional CHAP authentication "
	  "(optional)",
	  .types = CONFIG_ISCSI },
	{ "incoming_chappassword",
	  "The password that the target is to prove, "
	  "for bi-directional CHAP authentication "
	  "(optional)",
	  .types = CONFIG_ISCSI },
	{ "incoming_chappassword_secret",
	  "The uuid of a secret that holds "
	  "incoming_chappassword (optional)",
	  .types = CONFIG_ISCSI },
	{ "localIQN",
	  "The initiator name to log in with (optional, defaults "
	  "to the host's)",
	  .types = CONFIG_ISCSI | CONFIG_CALL },
	{ "multihomelist",
	  "Further portals of the target as ip:port, "
	  "separated by commas (optional)",
	  .types = CONFIG_ISCSI },
	{ "multiSession",
	  "The sessions that a targetIQN of * stands for, as "
	  "ip,port,iqn with | between them (optional)",
	  .types = CONFIG_ISCSI },
	{ "multihomed", "Accepted as for lvmoiscsi (optional)",
	  .types = CONFIG_ISCSI },
	{ "usediscoverynumber", "Accepted as for lvmoiscsi (optional)",
	  .types = CONFIG_ISCSI },
	{ "LUNid",
	  "The LUN's number, where the SCSIid is looked for first; "
	  "the SCSIid alone chooses the LUN (optional)",
	  .types = CONFIG_ISCSI },
	{ "allocation", "Accepted as for lvmoiscsi (optional)",
	  .types = CONFIG_BOTH },
	{ "initiator",
	  "How to reach the LUN: libiscsi or open-iscsi (optional, "
	  "defaults to the host's configuration, else libiscsi)",
	  .types = CONFIG_ISCSI | CONFIG_CALL },
	{ "snapshots",
	  "What becomes of snapshots: keep or drop (optional, "
	  "defaults to keep)",
	  CHOICE("keep|drop", drop_snapshots) },
	{ "signs_of_life",
	  "What becomes of a LUN that the pool has no record of, and that "
	  "something writes to: refuse or ignore (optional, defaults to "
	  "refuse)",
	  CHOICE("refuse|ignore", ignore_life) },
	{ "journals",
	  "What becomes of an operation that SM was in the middle "
	  "of and cannot end under new uuids: refuse or keep "
	  "(optional, defaults to refuse)",
	  CHOICE("refuse|keep", keep_journals) },
	{ "resign", "Ignored; for users of the 2016 driver (optional)",
	  .types = CONFIG_BOTH | CONFIG_CALL },
};

const size_t config_key_count = sizeof(config_keys) / sizeof(config_keys[0]);

const struct config_key *config_key_find(const char *name,
					 enum config_for types)
{
	for (size_t i = 0; i < config_key_count; i++) {
		if ((config_keys[i].types & types) &&
		    strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	}
	return NULL;
}

bool config_key_known(const char *name, enum config_for types)
{
	return strcmp(name, "SRmaster") == 0 || config_key_find(name, types);
}
