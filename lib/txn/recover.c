// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/recover.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "txn/load.h"
#include "txn/replay.h"

#define MAKE_NEW_CLONE "make a new clone of the original LUN"

/* ---- a claim ---- */

static int read_head(struct lun *lun, uint64_t at, struct journal_head *head,
		     enum journal_found *found, struct error *err)
{
	struct lun_io io = { at, lun->block_size, malloc(lun->block_size) };
	int failed;

	if (!io.data)
		return error_no_memory(err);
	failed = lun_read(lun, &io, 1, err);
	if (!failed)
		*found = journal_head_decode(io.data, head);
	free(io.data);
	return failed;
}

/* A live run moves on within moments: it commits, finishes or gives up. */
static int wait_for_owner(struct lun *lun, const struct journal_spot *spot,
			  int seconds, struct error *err)
{
	const struct timespec pause = { .tv_nsec = 200 * 1000 * 1000 };

	for (int i = 0; i < seconds * 5; i++) {
		enum journal_found found = JOURNAL_NONE;
		struct journal_head head;

		nanosleep(&pause, NULL);
		if (read_head(lun, spot->at, &head, &found, err))
			return -1;
		if (found != JOURNAL_SOUND || head.state != spot->head.state ||
		    !uuid_equal(&head.id, &spot->head.id))
			return error_set(err, ERROR_LOCKED,
					 "another host is resigning this LUN "
					 "at this moment; look at the result "
					 "before you try again");
	}
	log_info("the host that began a resign of this LUN is gone");
	return 0;
}

/* ---- a committed journal ---- */

static bool other_lun(const struct journal_head *head,
		      const struct journal_owner *owner)
{
	return head->scsi_id[0] && owner->scsi_id[0] &&
	       strncmp(head->scsi_id, owner->scsi_id,
		       JOURNAL_SCSIID_SIZE - 1) != 0;
}

/* Whether the LUN is, as LVM sees it, the result of this journal's resign. */
static bool is_result(const struct journal_head *head,
		      const struct snapshot *now)
{
	return lvm_id_equal(&now->vg.id, &head->new_vg) &&
	       lvm_id_equal(&now->vg.pv_id, &head->new_pv) &&
	       uuid_equal(&now->vg.sr, &head->new_sr);
}

static bool body_is_free(const struct lun *lun, const struct journal_head *head,
			 const struct snapshot *now)
{
	uint64_t block = lun->block_size;
	uint64_t padded = (head->body_len + block - 1) / block * block;

	for (unsigned i = 0; i < now->mda_count; i++) {
		if (!lvm_mda_is_free(&now->mdas[i], head->body_at, padded))
			return false;
	}
	return true;
}

static bool areas_agree(const struct snapshot *now)
{
	const struct lvm_raw_locn *newest = &now->mdas[now->newest_mda].text;

	for (unsigned i = 0; i < now->mda_count; i++) {
		const struct lvm_raw_locn *text = &now->mdas[i].text;

		if (snapshot_mda_in_use(&now->mdas[i]) &&
		    (text->size != newest->size || text->crc != newest->crc))
			return false;
	}
	return true;
}

/* The switch came last, after a flush: a LUN that LVM sees with the new ids, in
 * its label and in every area, has all else too, whatever SM and LVM have made
 * of it since. It is then wiped: the head, and the body if LVM has not put its
 * text there. */
static int wipe_finished(struct lun *lun, const struct journal_spot *spot,
			 bool *finished, bool *used_since, struct error *err)
{
	struct journal_head head = spot->head;
	struct snapshot now;

	if (load_snapshot(lun, NULL, &now, err)) {
		*finished = false;
		return err->code == ERROR_LUN_CONTENT ? 0 : -1;
	}
	*finished = is_result(&head, &now) && areas_agree(&now);
	*used_since = now.vg.seqno != head.seqno;
	if (!body_is_free(lun, &head, &now))
		head.body_len = 0;
	snapshot_free(&now);
	return *finished ? journal_clear(lun, spot->at, &head, err) : 0;
}

/* Replays, and looks whether the LUN holds what was written. */
static int apply_and_check(struct lun *lun, const struct replay *replay,
			   const struct journal_head *head, struct error *err)
{
	struct replay now;
	bool good;

	if (replay_apply(lun, replay, err) || replay_load(lun, head, &now, err))
		return -1;
	good = now.content == JOURNAL_AFTER;
	replay_free(&now);
	return good ? 0
		    : error_set(err, ERROR_IO,
				"the LUN does not hold what was just written "
				"to it");
}

static int complete(struct lun *lun, const struct replay *replay,
		    const struct journal_head *head,
		    const struct txn_hooks *hooks, struct error *err)
{
	struct snapshot now;
	int failed = 0;

	if ((replay->content != JOURNAL_AFTER &&
	     apply_and_check(lun, replay, head, err)) ||
	    load_snapshot(lun, NULL, &now, err))
		return -1;
	if (!is_result(head, &now))
		failed = error_set(err, ERROR_LUN_CONTENT,
				   "the completed resign does not show the "
				   "identifiers that its journal recorded");
	else if (hooks && hooks->accept)
		failed = hooks->accept(hooks->context, &now, err);
	snapshot_free(&now);
	return failed;
}

static int recover_committed(struct lun *lun, const struct journal_spot *spot,
			     const struct journal_owner *owner,
			     const struct replay *replay,
			     const struct txn_hooks *hooks,
			     enum recover_outcome *outcome, struct error *err)
{
	const struct journal_head *head = &spot->head;
	bool is_other = other_lun(head, owner);
	bool finished, used_since;

	if (replay->content == JOURNAL_AFTER && is_other) {
		log_info("the journal of the LUN that this one is a clone of "
			 "is wiped");
		return journal_clear(lun, spot->at, head, err);
	}
	if (replay->content == JOURNAL_OTHER) {
		if (wipe_finished(lun, spot, &finished, &used_since, err))
			return -1;
		if (finished)
			return 0;
		return error_set(
			err, ERROR_LUN_CONTENT,
			"this LUN holds the journal of an interrupted "
			"resign, but was changed since by something "
			"else: it cannot be completed; " MAKE_NEW_CLONE);
	}
	if (is_other)
		return error_set(err, ERROR_LUN_CONTENT,
				 "this LUN was cloned in the middle of a "
				 "resign of LUN %.100s, whose journal it "
				 "holds; complete that resign, then make a new "
				 "clone",
				 head->scsi_id);
	log_info("completing an interrupted resign");
	if (hooks && hooks->may_write &&
	    hooks->may_write(hooks->context, &head->old_sr, err))
		return error_prefix(err, "an interrupted resign is not "
					 "completed now: ");
	if (complete(lun, replay, head, hooks, err))
		return error_prefix(err, "completing an interrupted resign: ");
	if (journal_clear(lun, spot->at, head, err))
		return -1;
	*outcome = RECOVER_COMPLETED;
	return 0;
}

/* The body of a resign that was finished but not wiped may be gone: LVM may
 * have used the ring, or only the head's wiping was lost. *err tells how it is
 * damaged, and stays if the resign was not finished. */
static int wipe_if_finished(struct lun *lun, const struct journal_spot *spot,
			    const struct journal_owner *owner,
			    enum recover_outcome *outcome, struct error *err)
{
	struct error damage = *err;
	bool finished, used_since;

	if (damage.code != ERROR_LUN_CONTENT ||
	    wipe_finished(lun, spot, &finished, &used_since, err))
		return -1;
	*err = damage;
	if (!finished)
		return -1;
	if (!used_since && !other_lun(&spot->head, owner))
		*outcome = RECOVER_COMPLETED;
	return 0;
}

/* Of this boot of this host there is no other run: we hold the LUN's lock; all
 * that can still come of it is on its way to the target now. A claim of the LUN
 * that this one is a clone of is nobody's here. */
static int wait_for_claimant(struct lun *lun, const struct journal_spot *spot,
			     const struct journal_owner *owner, bool patient,
			     struct error *err)
{
	if (other_lun(&spot->head, owner))
		return 0;
	if (!uuid_equal(&spot->head.owner, &owner->boot))
		return wait_for_owner(lun, spot,
				      patient ? RECOVER_COMMIT_SECONDS
					      : RECOVER_CLAIM_SECONDS,
				      err);
	return patient ? wait_for_owner(lun, spot, RECOVER_CLAIM_SECONDS, err)
		       : 0;
}

struct lvm_area recover_avoid(const struct journal_spot *spot,
			      const struct journal_owner *owner)
{
	const struct journal_head *head = &spot->head;

	if (spot->found != JOURNAL_SOUND || head->state != JOURNAL_CLAIMED ||
	    other_lun(head, owner))
		return (struct lvm_area){ 0 };
	return (struct lvm_area){
		.offset = head->ring_at,
		.size = head->body_at + head->body_len - head->ring_at,
	};
}

int recover_journal(struct lun *lun, const struct journal_spot *spot,
		    const struct journal_owner *owner, bool patient,
		    const struct txn_hooks *hooks,
		    enum recover_outcome *outcome, struct error *err)
{
	struct replay replay;
	int failed;

	*outcome = RECOVER_NOTHING;
	if (spot->found == JOURNAL_NONE)
		return 0;
	if (spot->found == JOURNAL_DAMAGED)
		return error_set(
			err, ERROR_LUN_CONTENT,
			"the journal at byte %" PRIu64 " of an "
			"interrupted resign is damaged; " MAKE_NEW_CLONE,
			spot->at);
	if (spot->head.state == JOURNAL_CLAIMED)
		return wait_for_claimant(lun, spot, owner, patient, err);
	if (!uuid_equal(&spot->head.owner, &owner->boot) &&
	    !other_lun(&spot->head, owner) &&
	    wait_for_owner(lun, spot, RECOVER_COMMIT_SECONDS, err))
		return -1;
	if (replay_load(lun, &spot->head, &replay, err))
		return wipe_if_finished(lun, spot, owner, outcome, err);
	failed = recover_committed(lun, spot, owner, &replay, hooks, outcome,
				   err);
	replay_free(&replay);
	return failed;
}
