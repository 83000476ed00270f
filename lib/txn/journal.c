// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/journal.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crc.h"
#include "base/log.h"
#include "txn/load.h"

/* Label, the head's place, the first area's header where LVM puts it, and the
 * VG text of a young SR. */
#define FIND_BYTES 16384

uint64_t journal_block_at(const struct lun *lun)
{
	return JOURNAL_PLACE_AT / lun->block_size * lun->block_size;
}

/* ---- what is there ---- */

int journal_find(struct lun *lun, struct image *seen, struct journal_spot *out,
		 struct error *err)
{
	struct want_list wants = { 0 };
	uint8_t head[FIND_BYTES];
	int failed;

	*out = (struct journal_spot){ .head.state = JOURNAL_NONE };
	if (lun->size < sizeof(head))
		return 0;
	want_bytes(seen, &wants, 0, head, sizeof(head));
	failed = read_wanted(lun, &wants, false, seen, err);
	want_list_free(&wants);
	if (failed)
		return -1;
	image_get(seen, 0, head, sizeof(head));
	memcpy(out->block, head + journal_block_at(lun), lun->block_size);
	journal_head_decode(head + JOURNAL_PLACE_AT, &out->head);
	return 0;
}

bool journal_is_of_lun(const struct journal_head *head,
		       const struct journal_owner *owner)
{
	if (head->scsi_id[0] && owner->scsi_id[0] &&
	    strncmp(head->scsi_id, owner->scsi_id, JOURNAL_SCSIID_SIZE - 1))
		return false;
	return uuid_is_zero(&head->place) || uuid_is_zero(&owner->place) ||
	       uuid_equal(&head->place, &owner->place);
}

/* ---- in memory ---- */

static int add_write(struct buffer *body, const struct plan *plan,
		     const struct plan_write *w, struct error *err)
{
	uint8_t *before = alloc_zeroed(w->len, 1);

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
	if (body->len > JOURNAL_MAX_BODY)
		return error_set(err, ERROR_LUN_CONTENT,
				 "the journal of this resign would be %zu "
				 "bytes, more than %u",
				 body->len, JOURNAL_MAX_BODY);
	return 0;
}

static int fill(struct journal *j, struct buffer *body, const struct plan *plan,
		const struct journal_owner *owner, struct error *err)
{
	const struct lvm_vg *vg = &plan->from->vg;
	uint32_t block = j->lun->block_size;

	if (!image_get(&plan->from->image, journal_block_at(j->lun), j->block,
		       block))
		return error_set(err, ERROR_INTERNAL,
				 "the journal's place was not read");
	if (encode_body(body, plan, err))
		return -1;
	j->head = (struct journal_head){
		.owner = owner->boot,
		.old_sr = plan->ids.old_sr,
		.new_sr = plan->ids.new_sr,
		.old_pv = vg->pv_id,
		.new_pv = plan->ids.pv,
		.old_vg = vg->id,
		.new_vg = plan->ids.vg,
		.seqno = vg->seqno,
		.body_len = body->len,
		.body_crc = lvm_crc(LVM_CRC_INITIAL, body->data, body->len),
		.place = owner->place,
	};
	uuid_new(&j->head.id);
	strncpy(j->head.scsi_id, owner->scsi_id, JOURNAL_SCSIID_SIZE - 1);
	buffer_add_zeros(body, (block - body->len % block) % block);
	return plan_place_journal(plan, body->len, &j->head.body_at, err);
}

int journal_prepare(struct lun *lun, const struct plan *plan,
		    const struct journal_owner *owner, struct journal *out,
		    struct buffer *body, struct error *err)
{
	*out = (struct journal){ .lun = lun };
	*body = (struct buffer){ 0 };
	if (!fill(out, body, plan, owner, err))
		return 0;
	buffer_free(body);
	return -1;
}

/* ---- on the LUN ---- */

int journal_fence(struct journal *journal, struct error *err)
{
	int cannot = lun_fence(journal->lun, err);

	journal->fenced = cannot == 0;
	return cannot < 0 ? -1 : 0;
}

void journal_unfence(struct journal *journal)
{
	if (journal->fenced)
		lun_unfence(journal->lun);
	journal->fenced = false;
}

static int locked(struct error *err)
{
	return error_set(err, ERROR_LOCKED,
			 "another host is resigning this LUN at this moment, "
			 "or has changed it just now; look at the result "
			 "before you try again");
}

int journal_check_head(const struct journal *journal, struct error *err)
{
	uint8_t now[JOURNAL_BLOCK_MAX];
	struct lun_io io = { journal_block_at(journal->lun),
			     journal->lun->block_size, now };

	if (lun_read(journal->lun, &io, 1, err))
		return -1;
	return memcmp(now, journal->block, io.len) == 0 ? 0 : locked(err);
}

int journal_check_seen(const struct journal *journal, const struct image *seen,
		       struct error *err)
{
	uint8_t head[JOURNAL_HEAD_SIZE];

	if (!image_get(seen, JOURNAL_PLACE_AT, head, sizeof(head)) ||
	    memcmp(head,
		   journal->block + JOURNAL_PLACE_AT % journal->lun->block_size,
		   sizeof(head)) == 0)
		return 0;
	return error_set(err, ERROR_LOCKED,
			 "this run was held up for so long that another host "
			 "has taken over");
}

/* The head's block with the head in this state. */
static void make_block(struct journal *journal, enum journal_state state,
		       uint8_t block[JOURNAL_BLOCK_MAX])
{
	uint32_t len = journal->lun->block_size;
	uint8_t *head = block + JOURNAL_PLACE_AT % len;

	memcpy(block, journal->block, len);
	memset(head, 0, JOURNAL_HEAD_SIZE);
	journal->head.state = state;
	if (state != JOURNAL_NONE)
		journal_head_encode(&journal->head, head);
}

int journal_put(struct journal *journal, enum journal_state state,
		struct error *err)
{
	struct lun *lun = journal->lun;
	uint8_t block[JOURNAL_BLOCK_MAX];
	struct lun_io io = { journal_block_at(lun), lun->block_size, block };
	bool swapped = true;
	int failed;

	make_block(journal, state, block);
	failed = journal->fenced ? lun_write(lun, &io, 1, err)
				 : lun_swap(lun, io.offset, journal->block,
					    block, &swapped, err);
	if (!failed && !swapped)
		return locked(err);
	/* One whose answer was lost may have been made all the same. */
	memcpy(journal->block, block, lun->block_size);
	return failed ? -1 : 0;
}

/* Without a fence the body comes first, if the head still stands: from the
 * moment that it is gone another host may begin, and put its own journal, or
 * LVM its text, where this one was. The resign is finished, so a head whose
 * body is gone tells no less (recover.c); nor does a body whose head is gone.
 */
static int wipe(struct journal *journal, struct lun_io *body, struct error *err)
{
	struct lun *lun = journal->lun;
	uint8_t block[JOURNAL_BLOCK_MAX];
	struct lun_io both[2] = {
		{ journal_block_at(lun), lun->block_size, block },
		*body,
	};

	if (journal->fenced) {
		make_block(journal, JOURNAL_NONE, block);
		return lun_write(lun, both, body->len ? 2 : 1, err);
	}
	if (journal_check_head(journal, err))
		return -1;
	if (body->len && lun_write(lun, body, 1, err))
		log_warning("the journal's body stays behind: %s", err->text);
	return journal_put(journal, JOURNAL_NONE, err);
}

int journal_clear(struct journal *journal, const struct snapshot *now,
		  struct error *err)
{
	const struct journal_head *head = &journal->head;
	uint32_t block = journal->lun->block_size;
	uint64_t padded = (head->body_len + block - 1) / block * block;
	struct lun_io body = { head->body_at, 0, NULL };
	int failed;

	if (head->body_at % block == 0 &&
	    plan_is_nobodys(now, head->body_at, padded)) {
		body.len = padded;
		body.data = alloc_zeroed(1, padded);
	}
	failed = wipe(journal, &body, err) || lun_flush(journal->lun, err);
	free(body.data);
	return failed ? -1 : 0;
}
