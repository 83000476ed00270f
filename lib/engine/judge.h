// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What only the pool and the host can say about a LUN: whether something uses
 * it, and whether LVM accepts the result.
 */
#ifndef ENGINE_JUDGE_H
#define ENGINE_JUDGE_H

#include "engine/resign.h"
#include "txn/hooks.h"

struct judge {
	const struct resign_request *request;
	const struct reached *lun;
};

/* The hooks of a transaction on the LUN of `judge`, which must outlive them:
 * before the first write xapi knows of no SR that it may be, and of no object
 * with one of the new uuids; before the commit, and before an earlier one is
 * completed, nobody has asked us to stop, xapi still knows of no such SR, and
 * nothing uses the device; after it, the real lvm2 sees the identifiers that we
 * read back. */
struct txn_hooks judge_hooks(struct judge *judge);

#endif
