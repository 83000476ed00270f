// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What only the host can say about a LUN that is one of its devices: whether
 * something uses it, and whether its LVM accepts the result.
 */
#ifndef ENGINE_JUDGE_H
#define ENGINE_JUDGE_H

#include "txn/hooks.h"

struct judge {
	const char *device; /* "sda", "dm-3"; NULL: no device of this host */
	const char *scsi_id;
};

/* The hooks of a transaction on the LUN of `judge`, which must outlive them:
 * before the commit nobody has asked us to stop and nothing uses the device;
 * after it, the real lvm2 sees the identifiers that we read back. */
struct txn_hooks judge_hooks(struct judge *judge);

#endif
