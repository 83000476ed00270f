// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/stop.h"
#include "txn/finish.h"
#include "txn/load.h"
#include "txn/txn.h"

/* Where no fence keeps its host out, how long a committed head of another host
 * must stand unchanged before that host is taken for dead: longer than any
 * command can be under way. */
#define OWNER_SECONDS 35

static int not_finished(struct error *err)
{
	if (err->code == ERROR_LOCKED)
		return -1;
	return error_prefix(err, "an earlier resign is committed but not "
				 "finished; resign it again to complete it: ");
}

/* A live run moves on within moments. */
static int wait_for_owner(struct journal *journal, struct error *err)
{
	const struct timespec pause = { .tv_nsec = 200 * 1000 * 1000 };

	log_info("another host has committed a resign of this LUN; waiting "
		 "%d seconds for it to finish",
		 OWNER_SECONDS);
	for (int i = 0; i < OWNER_SECONDS * 5; i++) {
		if (stop_requested())
			return error_set(err, ERROR_INTERRUPTED,
					 "stopped by a signal");
		nanosleep(&pause, NULL);
		if (journal_check_head(journal, err))
			return -1;
	}
	log_info("the host that began a resign of this LUN is gone");
	return 0;
}

static bool names(const struct lvm_id *id, const struct lvm_id *old,
		  const struct lvm_id *new)
{
	return lvm_id_equal(id, old) || lvm_id_equal(id, new);
}

/* Whether the journal is of the SR that is here, and not of one that was here
 * before. Where the VG cannot be read, for it is half switched, the label alone
 * counts. */
static int is_of_sr(struct lun *lun, const struct image *seen,
		    const struct journal_head *head, bool *is,
		    struct error *err)
{
	uint8_t bytes[LVM_LABEL_SCAN_BYTES];
	struct lvm_label label;
	struct snapshot now;
	struct error unused;

	if (!load_snapshot(lun, NULL, &now, err)) {
		*is = names(&now.vg.pv_id, &head->old_pv, &head->new_pv) &&
		      names(&now.vg.id, &head->old_vg, &head->new_vg);
		snapshot_free(&now);
		return 0;
	}
	if (err->code != ERROR_LUN_CONTENT)
		return -1;
	*is = image_get(seen, 0, bytes, sizeof(bytes)) &&
	      !lvm_label_find(bytes, &label, &unused) &&
	      names(&label.pv_id, &head->old_pv, &head->new_pv);
	return 0;
}

/* LVM works with the result already: what is left of the journal goes. *err
 * says why it cannot be applied, and stays if the resign was not finished. */
static int clear_if_finished(struct journal *journal, bool *used_since,
			     struct error *err)
{
	struct error why = *err;
	struct snapshot now;
	int failed;

	if (load_snapshot(journal->lun, NULL, &now, err)) {
		if (err->code != ERROR_LUN_CONTENT)
			return not_finished(err);
		*err = why;
		return -1;
	}
	*used_since = now.vg.seqno != journal->head.seqno;
	if (finish_is_result(&journal->head, &now)) {
		failed = journal_clear(journal, &now, err) ? not_finished(err)
							   : 0;
	} else {
		*err = why;
		failed = -1;
	}
	snapshot_free(&now);
	return failed;
}

/* *used_since: the resign was complete, and LVM has gone on from there. */
static int complete(struct journal *journal, const struct txn_hooks *hooks,
		    bool *used_since, struct error *err)
{
	struct replay replay;
	int failed;

	*used_since = false;
	if (lun_flush(journal->lun, err))
		return not_finished(err);
	if (replay_load(journal, NULL, &replay, err))
		return err->code == ERROR_LUN_CONTENT
			       ? clear_if_finished(journal, used_since, err)
			       : not_finished(err);
	if (replay.content == JOURNAL_OTHER) {
		error_set(err, ERROR_LUN_CONTENT,
			  "this LUN holds the journal of an interrupted "
			  "resign, but was changed since by something "
			  "else: it cannot be completed; " MAKE_NEW_CLONE);
		failed = clear_if_finished(journal, used_since, err);
		*used_since = true;
	} else {
		log_info("completing an interrupted resign");
		failed = finish_journal(journal, &replay, NULL, hooks, err)
				 ? not_finished(err)
				 : 0;
	}
	replay_free(&replay);
	return failed;
}

static int ask(const struct journal *journal, const struct txn_hooks *hooks,
	       struct error *err)
{
	if (hooks && hooks->may_write &&
	    hooks->may_write(hooks->context, &journal->head.old_sr, err))
		return error_prefix(err, "an interrupted resign is not "
					 "completed now: ");
	return 0;
}

static int fence_and_complete(struct journal *journal,
			      const struct journal_owner *owner,
			      const struct txn_hooks *hooks, bool *used_since,
			      struct error *err)
{
	int failed;

	if (ask(journal, hooks, err))
		return -1;
	if (journal_fence(journal, err))
		return not_finished(err);
	/* Of this boot of this host there is no other run: we hold the LUN's
	 * lock. */
	if (journal->fenced || uuid_equal(&journal->head.owner, &owner->boot))
		failed = journal_check_head(journal, err);
	else
		failed = wait_for_owner(journal, err);
	if (failed)
		failed = not_finished(err);
	else if (!journal->fenced && ask(journal, hooks, err))
		failed = -1;
	if (!failed)
		failed = complete(journal, hooks, used_since, err);
	journal_unfence(journal);
	return failed ? -1 : 0;
}

static int recover(struct lun *lun, const struct image *seen,
		   const struct journal_spot *spot,
		   const struct journal_owner *owner,
		   const struct txn_hooks *hooks, enum txn_found *found,
		   struct error *err)
{
	struct journal journal = { .lun = lun, .head = spot->head };
	bool of_sr, used_since = false;

	memcpy(journal.block, spot->block, lun->block_size);
	if (is_of_sr(lun, seen, &journal.head, &of_sr, err))
		return not_finished(err);
	if (!of_sr) {
		log_info("the journal on this LUN is of an SR that was here "
			 "before");
		return 0;
	}
	if (fence_and_complete(&journal, owner, hooks, &used_since, err))
		return -1;
	*found = TXN_CLEARED;
	if (used_since)
		log_info("wiped the journal of a resign that was complete");
	else if (journal_is_of_lun(&journal.head, owner))
		*found = TXN_COMPLETED;
	else
		log_info("that was the resign of the LUN that this one is a "
			 "copy of");
	return 0;
}

int txn_recover(struct lun *lun, const struct image *seen,
		const struct journal_spot *spot,
		const struct journal_owner *owner,
		const struct txn_hooks *hooks, enum txn_found *found,
		struct error *err)
{
	*found = TXN_NOTHING;
	if (spot->head.state == JOURNAL_DAMAGED)
		return error_set(err, ERROR_LUN_CONTENT,
				 "the journal of an interrupted resign is "
				 "damaged: its head does not match its "
				 "checksum; " MAKE_NEW_CLONE);
	if (spot->head.state != JOURNAL_COMMITTED)
		return 0;
	return recover(lun, seen, spot, owner, hooks, found, err);
}
