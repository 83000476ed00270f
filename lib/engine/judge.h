// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What only the pool, the host and the array can say about a LUN: whether
 * something uses it, whether it is still the one that was found, and whether
 * LVM accepts the result.
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
 * completed, nobody has asked us to stop, xapi still knows of no such SR,
 * nothing uses the device, and the LUN is no other by now; after it, the real
 * lvm2 sees the identifiers that we read back. */
struct txn_hooks judge_hooks(struct judge *judge);

/* Whether the pool uses it, or has it on record, by xapi's word. Asks by the
 * names of the LUN and its target, and by the SR on it unless that is NULL:
 * not known yet. As xapi_guard; nothing is asked without xapi, or of an image
 * file. */
int guard_pool_lun(const struct resign_request *request,
		   const struct reached *lun, const struct uuid *sr,
		   struct error *err);

/* Whether this host uses it: in_use_check of `disk` ("sdb"), then of every
 * other disk of the host that is the same LUN by its names: an original that
 * is attached through another session or portal is still the original. A clone
 * and its original differ in name, so a clone beside its original passes.
 *
 * `disk` is NULL if we reach the LUN by no disk of this host, as with
 * libiscsi; then it goes for every disk of its names.
 *
 * Other disks are not asked themselves, for one that does not answer is none
 * of our business (host/disk_id.h says who is). */
int guard_host(const char *disk, const struct lun_names *names,
	       struct error *err);

#endif
