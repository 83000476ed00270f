// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/resign_lun.h"

#include "base/log.h"
#include "txn/load.h"
#include "txn/recover.h"

/* The LUN may change once or twice between reading and committing. */
#define MAX_TRIES 3

static void log_uuid(const char *what, const struct uuid *old,
		     const struct uuid *new)
{
	char a[UUID_TEXT_LEN], b[UUID_TEXT_LEN];

	uuid_to_text(old, a);
	uuid_to_text(new, b);
	log_info("%s %.*s -> %.*s", what, UUID_TEXT_LEN, a, UUID_TEXT_LEN, b);
}

static void log_ids(const struct plan *plan)
{
	log_uuid("SR", &plan->ids.old_sr, &plan->ids.new_sr);
	for (size_t i = 0; i < plan->ids.vdi_count; i++)
		log_uuid("VDI", &plan->ids.vdis[i].old, &plan->ids.vdis[i].new);
}

/* A failed read leaves one asking; what the LUN holds is told by the words. */
static int unchanged(struct error *err)
{
	if (err->code == ERROR_IO)
		error_prefix(err, "the LUN is unchanged: ");
	return -1;
}

/* One try: 0 with *outcome, or -1. */
static int try_resign(struct lun *lun, struct image *seen,
		      const struct plan_options *options,
		      const struct journal_owner *owner,
		      const struct txn_hooks *hooks, enum txn_outcome *outcome,
		      struct error *err)
{
	struct snapshot before;
	struct plan plan;
	int failed;

	if (load_snapshot(lun, seen, &before, err))
		return unchanged(err);
	failed = plan_make(&before, options, &plan, err);
	if (!failed) {
		log_ids(&plan);
		failed = txn_run(lun, &plan, owner, hooks, outcome, err);
		plan_free(&plan);
	}
	snapshot_free(&before);
	return failed ? -1 : 0;
}

static int recover_then_resign(struct lun *lun, struct image *seen,
			       const struct plan_options *options,
			       const struct journal_owner *owner,
			       const struct txn_hooks *hooks,
			       enum txn_outcome *outcome, struct error *err)
{
	enum recover_outcome recovered;
	struct plan_options mine;
	struct journal_spot spot;

	if (journal_find(lun, seen, &spot, err))
		return unchanged(err);
	if (recover_journal(lun, &spot, owner, hooks, &recovered, err)) {
		if (err->code == ERROR_IO && spot.found == JOURNAL_SOUND &&
		    spot.head.state == JOURNAL_COMMITTED)
			return error_prefix(err,
					    "an earlier resign is committed "
					    "but not finished; run sr_create "
					    "again to complete it: ");
		return unchanged(err);
	}
	if (recovered == RECOVER_COMPLETED) {
		*outcome = TXN_DONE;
		return 0;
	}
	/* An old journal was wiped: what was seen of the LUN is no longer so.
	 */
	if (spot.found == JOURNAL_SOUND &&
	    spot.head.state == JOURNAL_COMMITTED) {
		*outcome = TXN_CHANGED;
		return 0;
	}
	mine = *options;
	if (spot.found == JOURNAL_SOUND && spot.head.state == JOURNAL_CLAIMED)
		mine.avoid = (struct lvm_area){
			.offset = spot.head.ring_at,
			.size = spot.head.body_at + spot.head.body_len -
				spot.head.ring_at,
		};
	return try_resign(lun, seen, &mine, owner, hooks, outcome, err);
}

int resign_lun(struct lun *lun, const struct plan_options *options,
	       const struct journal_owner *owner, const struct txn_hooks *hooks,
	       struct error *err)
{
	for (int i = 0; i < MAX_TRIES; i++) {
		enum txn_outcome outcome;
		struct image seen;
		int failed;

		image_init(&seen, lun->block_size);
		failed = recover_then_resign(lun, &seen, options, owner, hooks,
					     &outcome, err);
		image_free(&seen);
		if (failed)
			return -1;
		if (outcome == TXN_DONE)
			return 0;
		log_info("the LUN changed while it was read; starting over");
	}
	return error_set(err, ERROR_IN_USE,
			 "the LUN's LVM metadata keeps changing: something "
			 "works with it; it is unchanged by us");
}
