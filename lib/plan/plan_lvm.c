// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The new VG text, where it goes in the ring, and the blocks that switch to it.
 *
 * The VG's seqno stays: the new VG is another VG, whose history goes on.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "format/uuid_scan.h"
#include "plan/plan_drop.h"
#include "plan/plan_parts.h"

/* ---- the text ---- */

static void put_id(char *text, struct text_span span, const struct lvm_id *id)
{
	lvm_id_to_text(id, text + span.at);
}

static bool lv_is_foreign(const struct snapshot *snap, uint32_t i)
{
	return snap->lvs[i].kind == LV_FOREIGN;
}

/* Whether byte `at` is in the name of an LV that is not SM's. */
static bool in_foreign_name(const struct snapshot *snap, size_t at)
{
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		struct text_span name = snap->vg.lvs[i].name_span;

		if (lv_is_foreign(snap, i) && at >= name.at &&
		    at - name.at < name.len)
			return true;
	}
	return false;
}

/* Fields that LVM does not need (a tag, a description, a comment) may name a
 * VDI or the SR too; none of their old uuids stays either. */
static void renew_mentions(const struct plan *plan, char *text, size_t size)
{
	struct uuid_hit hit;

	for (size_t at = 0; uuid_scan(text, size, at, &hit);
	     at = hit.at + hit.len) {
		struct uuid new;

		if (idmap_find(&plan->ids, &hit.uuid, &new) &&
		    !in_foreign_name(plan->from, hit.at))
			uuid_scan_replace(text, &hit, &new);
	}
}

static int make_text(struct plan *plan, struct error *err)
{
	const struct snapshot *snap = plan->from;
	const struct lvm_vg *vg = &snap->vg;
	char *text;

	plan->text_size = snap->mdas[snap->newest_mda].text.size;
	text = plan->text = malloc(plan->text_size);
	if (!text)
		return error_no_memory(err);
	memcpy(text, snap->text, plan->text_size);

	put_id(text, vg->id_span, &plan->ids.vg);
	put_id(text, vg->pv_id_span, &plan->ids.pv);
	if (plan_renew_text(plan, text + vg->name_span.at, vg->name_span.len,
			    err))
		return -1;
	for (uint32_t i = 0; i < vg->lv_count; i++) {
		const struct lvm_lv *lv = &vg->lvs[i];

		put_id(text, lv->id_span, &plan->ids.lvs[i]);
		if (!lv_is_foreign(snap, i) &&
		    plan_renew_text(plan, text + lv->name_span.at,
				    lv->name_span.len, err))
			return -1;
	}
	renew_mentions(plan, text, plan->text_size);
	plan_cut_dropped(plan, text, &plan->text_size);
	return 0;
}

/* ---- its place ---- */

/* Puts the text where the old one is: the only place when it fills more than
 * half the ring. */
static int put_in_place(struct plan *plan, const struct lvm_mda *mda,
			struct error *err)
{
	struct lvm_mda_piece pieces[2];
	const char *from = plan->text;
	unsigned n =
		lvm_mda_pieces(mda, mda->text.offset, mda->text.size, pieces);

	for (unsigned i = 0; i < n; i++) {
		if (!image_patch(&plan->after, pieces[i].offset, from,
				 pieces[i].len))
			return error_set(err, ERROR_INTERNAL,
					 "the VG text at byte %" PRIu64
					 " was not read",
					 pieces[i].offset);
		from += pieces[i].len;
	}
	return 0;
}

static int put_in_free_space(struct plan *plan, uint64_t lun_offset,
			     uint64_t whole_blocks, struct error *err)
{
	uint8_t *blocks = calloc(1, whole_blocks);
	int result = 0;

	if (!blocks)
		return error_no_memory(err);
	memcpy(blocks, plan->text, plan->text_size);
	if (image_put(&plan->after, lun_offset, blocks, whole_blocks))
		result = error_no_memory(err);
	free(blocks);
	return result;
}

static int no_room(const struct plan *plan, uint64_t need, uint64_t size,
		   struct error *err)
{
	return error_set(err, ERROR_LUN_CONTENT,
			 "VG text of %zu bytes needs %" PRIu64 " bytes of the "
			 "LVM metadata area, %" PRIu64 " are free; remove LVs "
			 "or snapshots on the original, then make a new clone",
			 plan->text_size, need, size);
}

/* A place of its own for this run: of two hosts that both believe to be alone,
 * or of a run that was held up and one that took over, neither writes where the
 * other has. Only where the ring is so large that nothing else suffers. */
static uint64_t random_start(const struct lvm_area *room, uint64_t need,
			     uint32_t block)
{
	uint64_t slack = room->size - need;
	struct uuid dice;

	if (slack < 8 * need)
		return room->offset;
	uuid_new(&dice);
	return room->offset +
	       get_le64(dice.bytes) % (slack / 4 / block) * block;
}

/* The place that was chosen for this area's text. */
static bool chosen_start(const struct plan *plan, const struct lvm_mda *mda,
			 uint64_t *start)
{
	const struct chosen_ids *chosen = plan->ids.chosen;

	for (unsigned i = 0; chosen && i < chosen->ring_count; i++) {
		uint64_t at = chosen->ring[i];

		if (at >= mda->area.offset &&
		    at - mda->area.offset < mda->area.size) {
			*start = at;
			return true;
		}
	}
	return false;
}

/* Where in the free room the text goes. */
static int choose_start(const struct plan *plan, const struct lvm_mda *mda,
			const struct lvm_area *room, uint64_t need,
			uint64_t *start, struct error *err)
{
	uint32_t block = plan->after.block_size;

	if (!chosen_start(plan, mda, start)) {
		*start = random_start(room, need, block);
		return 0;
	}
	if (*start % block == 0 && *start >= room->offset &&
	    *start - room->offset <= room->size - need)
		return 0;
	return error_set(err, ERROR_BAD_VALUE,
			 "byte %" PRIu64 ", which was chosen for the new VG "
			 "text, is not free; make a new plan",
			 *start);
}

/* Whether every chosen place is where new text goes: one that is not would be
 * passed over in silence. */
static int check_chosen_starts(const struct plan *plan, struct error *err)
{
	const struct chosen_ids *chosen = plan->ids.chosen;

	for (unsigned i = 0; chosen && i < chosen->ring_count; i++) {
		bool taken = false;

		for (unsigned k = 0; k < plan->from->mda_count; k++)
			taken |= chosen->ring[i] &&
				 plan->text_at[k] == chosen->ring[i];
		if (!taken)
			return error_set(
				err, ERROR_BAD_VALUE,
				"byte %" PRIu64 ", which was chosen for the "
				"new VG text, lies in no metadata area that "
				"could take it; make a new plan",
				chosen->ring[i]);
	}
	return 0;
}

static bool inside(const struct lvm_area *area, const struct lvm_area *part)
{
	return part->offset >= area->offset && part->size <= area->size &&
	       part->offset - area->offset <= area->size - part->size;
}

/* What decides which area has the journal: the room beside a text as long as
 * the live one. Nothing but the mda_headers counts, so that all hosts that see
 * the same LUN, whatever they have to avoid, come to the same place for the
 * head, where only one of them gets its claim through. */
static uint64_t journal_room(const struct lvm_mda *mda, uint64_t head,
			     uint32_t block)
{
	const struct lvm_area none = { 0 };
	uint64_t room = lvm_ring_free_run(mda, head, none, block).size;

	return room >= mda->text.size ? room - mda->text.size : room;
}

/* *most: the journal_room of the areas before, at most. */
static int place_text(struct plan *plan, const struct lvm_mda *mda,
		      const struct lvm_area *avoid, uint64_t *most,
		      struct lvm_raw_locn *locn, struct error *err)
{
	uint32_t block = plan->after.block_size;
	uint64_t need = (plan->text_size + block - 1) / block * block;
	uint64_t places[RING_HEAD_PLACES] = { 0 };
	struct lvm_area room, none = { 0 };
	uint64_t start;

	*locn = (struct lvm_raw_locn){
		.size = plan->text_size,
		.crc = lvm_crc(LVM_CRC_INITIAL, plan->text, plan->text_size),
		.flags = mda->text.flags,
	};
	if (lvm_ring_head_places(mda, places) == 0)
		return no_room(plan, need + RING_HEAD_SIZE,
			       lvm_ring_free_run(mda, 0, none, block).size,
			       err);
	room = lvm_ring_free_run(mda, places[0],
				 inside(&mda->area, avoid) ? *avoid : none,
				 block);
	start = room.offset;
	if (need <= room.size) {
		if (choose_start(plan, mda, &room, need, &start, err))
			return -1;
		room.size -= start - room.offset;
		room.offset = start;
		plan->text_at[mda - plan->from->mdas] = start;
		locn->offset = room.offset - mda->area.offset;
		if (put_in_free_space(plan, room.offset, need, err))
			return -1;
		room.offset += need;
		room.size -= need;
	} else if (mda->text.size == plan->text_size) {
		locn->offset = mda->text.offset;
		if (put_in_place(plan, mda, err))
			return -1;
	} else {
		return no_room(plan, need, room.size, err);
	}
	if (!plan->journal_head ||
	    journal_room(mda, places[0], block) > *most) {
		*most = journal_room(mda, places[0], block);
		plan->journal_head = places[0];
		plan->journal_body = room;
		plan->ring_at = start;
	}
	return 0;
}

static int switch_mda(struct plan *plan, const struct lvm_mda *mda,
		      const struct lvm_area *avoid, uint64_t *most,
		      struct error *err)
{
	uint8_t header[LVM_MDA_HEADER_SIZE];
	struct lvm_raw_locn locn;

	if (place_text(plan, mda, avoid, most, &locn, err))
		return -1;
	if (!image_get(&plan->after, mda->area.offset, header, sizeof(header)))
		return error_set(err, ERROR_INTERNAL,
				 "an mda_header was not read");
	lvm_mda_set_text(&locn, header);
	image_patch(&plan->after, mda->area.offset, header, sizeof(header));
	return 0;
}

static int switch_label(struct plan *plan, struct error *err)
{
	const struct lvm_label *label = &plan->from->label;
	uint64_t at = (uint64_t)label->sector * LVM_SECTOR_SIZE;
	uint8_t sector[LVM_SECTOR_SIZE];

	if (!image_get(&plan->after, at, sector, sizeof(sector)))
		return error_set(err, ERROR_INTERNAL,
				 "the LVM label was not read");
	lvm_label_set_pv_id(label, &plan->ids.pv, sector);
	image_patch(&plan->after, at, sector, sizeof(sector));
	return 0;
}

int plan_lvm(struct plan *plan, const struct lvm_area *avoid, struct error *err)
{
	const struct snapshot *snap = plan->from;
	uint64_t most = 0;

	if (make_text(plan, err) ||
	    chosen_check(plan->ids.chosen, snap, &plan->ids, err))
		return -1;
	for (unsigned i = 0; i < snap->mda_count; i++) {
		if (snapshot_mda_in_use(&snap->mdas[i]) &&
		    switch_mda(plan, &snap->mdas[i], avoid, &most, err))
			return -1;
	}
	if (check_chosen_starts(plan, err))
		return -1;
	return switch_label(plan, err);
}
