// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/journal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc.h"
#include "base/log.h"
#include "format/lvm_ring.h"

static int add_write(struct buffer *body, const struct plan *plan,
		     const struct plan_write *w, struct error *err)
{
	uint8_t *before = malloc(w->len);

	if (!before)
		return error_no_memory(err);
	if (!image_get(&plan->from->image, w->offset, before, w->len)) {
		free(before);
		return error_set(err, ERROR_INTERNAL,
				 "a planned write covers blocks that were not "
				 "read");
	}
	journal_add_write(body, w->offset, w->phase, before, w->data,
			  (uint32_t)w->len);
	free(before);
	return 0;
}

static int encode_body(struct buffer *body, const struct plan *plan,
		       struct error *err)
{
	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];

		if (w->len > JOURNAL_MAX_BODY)
			return error_set(err, ERROR_INTERNAL,
					 "a planned write of %zu bytes",
					 w->len);
		if (w->phase == PLAN_RING)
			journal_add_text(body, w->offset, w->data,
					 (uint32_t)w->len);
		else if (add_write(body, plan, w, err))
			return -1;
	}
	return body->failed ? error_no_memory(err) : 0;
}

int journal_prepare(struct lun *lun, const struct plan *plan,
		    const struct journal_owner *owner, struct journal *out,
		    struct error *err)
{
	const struct lvm_vg *vg = &plan->from->vg;
	uint32_t block = lun->block_size;
	struct journal j = {
		.lun = lun,
		.from = plan->from,
		.head_at = plan->journal_head,
	};

	j.block = malloc(block);
	if (!j.block)
		return error_no_memory(err);
	if (!image_get(&plan->from->image, j.head_at, j.block, block)) {
		error_set(err, ERROR_INTERNAL,
			  "the journal's place was not read");
		goto fail;
	}
	if (encode_body(&j.body, plan, err))
		goto fail;
	j.head = (struct journal_head){
		.state = JOURNAL_CLAIMED,
		.owner = owner->boot,
		.old_sr = plan->ids.old_sr,
		.new_sr = plan->ids.new_sr,
		.old_pv = vg->pv_id,
		.new_pv = plan->ids.pv,
		.old_vg = vg->id,
		.new_vg = plan->ids.vg,
		.seqno = vg->seqno,
		.body_at = plan->journal_body.offset,
		.body_len = j.body.len,
		.ring_at = plan->ring_at,
		.body_crc = lvm_crc(LVM_CRC_INITIAL, j.body.data, j.body.len),
	};
	uuid_new(&j.head.id);
	strncpy(j.head.scsi_id, owner->scsi_id, JOURNAL_SCSIID_SIZE - 1);

	buffer_add_zeros(&j.body, (block - j.body.len % block) % block);
	if (j.body.failed) {
		error_no_memory(err);
		goto fail;
	}
	if (j.body.len > plan->journal_body.size ||
	    j.body.len > JOURNAL_MAX_BODY) {
		error_set(err, ERROR_LUN_CONTENT,
			  "the journal of this resign needs %zu bytes of free "
			  "space in the LVM metadata area, which has %" PRIu64
			  "; remove LVs or snapshots on the original, then "
			  "make a new clone",
			  j.body.len, plan->journal_body.size);
		goto fail;
	}
	*out = j;
	return 0;
fail:
	journal_free(&j);
	return -1;
}

void journal_free(struct journal *journal)
{
	free(journal->block);
	buffer_free(&journal->body);
	*journal = (struct journal){ 0 };
}

static int locked(struct error *err)
{
	return error_set(err, ERROR_LOCKED,
			 "another host is resigning this LUN, or has changed "
			 "it just now");
}

/* Exchanges the head block for `to`, which becomes what it holds. */
static int exchange(struct journal *j, const uint8_t *to, struct error *err)
{
	bool swapped;

	if (lun_swap(j->lun, j->head_at, j->block, to, &swapped, err))
		return -1;
	if (!swapped)
		return locked(err);
	memcpy(j->block, to, j->lun->block_size);
	return 0;
}

static int put_head(struct journal *j, enum journal_state state,
		    struct error *err)
{
	uint8_t *block = calloc(1, j->lun->block_size);
	int failed;

	if (!block)
		return error_no_memory(err);
	j->head.state = state;
	journal_head_encode(&j->head, block);
	failed = exchange(j, block, err);
	free(block);
	return failed;
}

/* Ends the claim at a place, if one was seen there. */
static int end_claim(struct journal *j, uint64_t at, struct error *err)
{
	uint32_t block = j->lun->block_size;
	uint8_t *seen = calloc(2, block); /* and zeros */
	struct journal_head head;
	bool swapped = true;
	int failed = 0;

	if (!seen)
		return error_no_memory(err);
	if (at != j->head_at && image_get(&j->from->image, at, seen, block) &&
	    journal_head_decode(seen, &head) == JOURNAL_SOUND &&
	    head.state == JOURNAL_CLAIMED)
		failed =
			lun_swap(j->lun, at, seen, seen + block, &swapped, err);
	free(seen);
	return swapped ? failed : locked(err);
}

static int end_other_claims(struct journal *j, struct error *err)
{
	for (unsigned i = 0; i < j->from->mda_count; i++) {
		const struct lvm_mda *mda = &j->from->mdas[i];
		uint64_t places[RING_HEAD_PLACES];
		unsigned n = 0;

		if (!mda->ignored)
			n = lvm_ring_head_places(mda, places);
		while (n > 0) {
			if (end_claim(j, places[--n], err))
				return -1;
		}
	}
	return 0;
}

/* An exchange whose answer was lost may have been made. */
int journal_claim(struct journal *journal, struct error *err)
{
	if (put_head(journal, JOURNAL_CLAIMED, err)) {
		if (err->code != ERROR_LOCKED) {
			journal_head_encode(&journal->head, journal->block);
			journal_unclaim(journal);
		}
		return -1;
	}
	if (end_other_claims(journal, err)) {
		journal_unclaim(journal);
		return -1;
	}
	return 0;
}

int journal_commit(struct journal *journal, struct error *err)
{
	if (put_head(journal, JOURNAL_COMMITTED, err))
		return -1;
	return lun_flush(journal->lun, err);
}

void journal_unclaim(struct journal *journal)
{
	uint8_t *zeros = calloc(1, journal->lun->block_size);
	struct error err;

	/* A claim that stays does no harm: it commits nothing. */
	if (zeros && exchange(journal, zeros, &err))
		log_debug("the claim stays on the LUN: %s", err.text);
	free(zeros);
}

int journal_check_ours(struct journal *journal, struct error *err)
{
	uint32_t len = journal->lun->block_size;
	struct lun_io io = { journal->head_at, len, malloc(len) };
	int failed;

	if (!io.data)
		return error_no_memory(err);
	failed = lun_read(journal->lun, &io, 1, err);
	if (!failed && memcmp(io.data, journal->block, len) != 0)
		failed = error_set(err, ERROR_LOCKED,
				   "this run was held up for so long that "
				   "another host has taken over");
	free(io.data);
	return failed;
}

static int write_zeros(struct lun *lun, uint64_t at, uint64_t len,
		       struct error *err)
{
	uint64_t padded =
		(len + lun->block_size - 1) / lun->block_size * lun->block_size;
	struct lun_io io = { at, padded, calloc(1, padded) };
	int failed;

	if (!io.data)
		return error_no_memory(err);
	failed = lun_write(lun, &io, 1, err);
	free(io.data);
	return failed;
}

int journal_clear(struct lun *lun, uint64_t head_at,
		  const struct journal_head *head, struct error *err)
{
	/* The body first: from the moment that the head is gone another host
	 * may begin, and put its own journal where this one was. The resign is
	 * finished, so a head whose body is gone tells no less (recover.h). */
	if (head->body_len &&
	    write_zeros(lun, head->body_at, head->body_len, err))
		log_warning("the journal's body stays behind: %s", err->text);
	if (write_zeros(lun, head_at, lun->block_size, err) ||
	    lun_flush(lun, err))
		return -1;
	return 0;
}
