// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/finish.h"

#include <string.h>

#include "plan/plan.h"
#include "txn/load.h"

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

bool finish_is_result(const struct journal_head *head,
		      const struct snapshot *now)
{
	return lvm_id_equal(&now->vg.id, &head->new_vg) &&
	       lvm_id_equal(&now->vg.pv_id, &head->new_pv) &&
	       uuid_equal(&now->vg.sr, &head->new_sr) && areas_agree(now);
}

/* The label may share its block with the head: that block is another now. */
static int renew_block(struct journal *journal, const struct image *now,
		       struct error *err)
{
	uint32_t block = journal->lun->block_size;
	uint64_t at = JOURNAL_PLACE_AT / block * block;
	uint8_t bytes[JOURNAL_BLOCK_MAX];

	if (block == JOURNAL_HEAD_SIZE)
		return 0;
	if (!image_get(now, at, bytes, block))
		return error_set(err, ERROR_INTERNAL,
				 "the journal's place was not read");
	if (journal_check_seen(journal, now, err))
		return -1;
	memcpy(journal->block, bytes, block);
	return 0;
}

static int verify_and_clear(struct journal *journal, struct snapshot *now,
			    const struct plan *plan,
			    const struct txn_hooks *hooks, struct error *err)
{
	if (!finish_is_result(&journal->head, now))
		return error_set(err, ERROR_LUN_CONTENT,
				 "the completed resign does not show the "
				 "identifiers that its journal recorded");
	if (plan && plan_compare(plan, now, err))
		return -1;
	if (hooks && hooks->accept && hooks->accept(hooks->context, now, err))
		return -1;
	return renew_block(journal, &now->image, err) ||
			       journal_clear(journal, now, err)
		       ? -1
		       : 0;
}

int finish_journal(struct journal *journal, struct replay *replay,
		   const struct plan *plan, const struct txn_hooks *hooks,
		   struct error *err)
{
	struct snapshot now;
	struct image seen;
	int failed;

	image_init(&seen, journal->lun->block_size);
	/* Of what was not written, what the plan was made from: nobody else can
	 * have changed that behind the fence. */
	if (plan && journal->fenced)
		image_clone(&plan->from->image, &seen);
	failed = replay_apply(journal, replay, &seen, err);
	if (!failed && load_snapshot(journal->lun, &seen, &now, err))
		failed = error_prefix(err, "reading the result back: ");
	image_free(&seen);
	if (failed)
		return -1;
	failed = verify_and_clear(journal, &now, plan, hooks, err);
	snapshot_free(&now);
	return failed;
}
