// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The new VG text, where it goes in the ring, and the blocks that switch to it.
 *
 * The VG's seqno stays: the new VG is another VG, whose history goes on.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crc.h"
#include "plan/plan_parts.h"

/* ---- the text ---- */

static void put_id(char *text, struct text_span span, const struct lvm_id *id)
{
	lvm_id_to_text(id, text + span.at);
}

/* Ids and names, and no more: tags, comments and descriptions are somebody's
 * words, and stay as they are. */
static void make_text(struct plan *plan)
{
	const struct snapshot *snap = plan->from;
	const struct lvm_vg *vg = &snap->vg;
	char *text;

	plan->text_size = snap->mdas[snap->newest_mda].text.size;
	text = plan->text = alloc_zeroed(plan->text_size, 1);
	memcpy(text, snap->text, plan->text_size);

	put_id(text, vg->id_span, &plan->ids.vg);
	put_id(text, vg->pv_id_span, &plan->ids.pv);
	plan_renew_text(plan, text + vg->name_span.at, vg->name_span.len);
	for (uint32_t i = 0; i < vg->lv_count; i++) {
		const struct lvm_lv *lv = &vg->lvs[i];

		put_id(text, lv->id_span, &plan->ids.lvs[i]);
		if (snap->lvs[i].kind != LV_FOREIGN)
			plan_renew_text(plan, text + lv->name_span.at,
					lv->name_span.len);
	}
	plan_cut_dropped(plan, text, &plan->text_size);
}

/* ---- its place ---- */

/* Puts the text where the old one is: the only place when it fills more than
 * half the ring. */
static int put_in_place(struct plan *plan, const struct lvm_mda *mda,
			struct error *err)
{
	struct lvm_mda_piece pieces[2];
	const char *from = plan->text;
	unsigned n;

	/* An area that LVM could not bring up to date. */
	if (plan->text_size > mda->text.size)
		return error_set(
			err, ERROR_LUN_CONTENT,
			"the LVM metadata area at byte %" PRIu64
			" holds an older VG text, and has no room for the one "
			"of today: let LVM have one area on the original "
			"(pvchange --metadataignore, vgck), "
			"then " MAKE_NEW_CLONE,
			mda->area.offset);
	n = lvm_mda_pieces(mda, mda->text.offset, plan->text_size, pieces);

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

static void put_in_free_space(struct plan *plan, const struct lvm_area *at)
{
	uint8_t *blocks = alloc_zeroed(1, at->size);

	memcpy(blocks, plan->text, plan->text_size);
	image_put(&plan->after, at->offset, blocks, at->size);
	free(blocks);
}

/* Behind the old text if it fits there, as LVM would put it; else over it. */
static int place_text(struct plan *plan, const struct lvm_mda *mda,
		      struct lvm_raw_locn *locn, struct error *err)
{
	const struct lvm_area none = { 0 };
	uint32_t block = plan->after.block_size;
	struct lvm_area room = lvm_ring_free_run(mda, none, block);
	uint64_t need = (plan->text_size + block - 1) / block * block;

	*locn = (struct lvm_raw_locn){
		.offset = mda->text.offset,
		.size = plan->text_size,
		.crc = lvm_crc(LVM_CRC_INITIAL, plan->text, plan->text_size),
		.flags = mda->text.flags,
	};
	if (need > room.size)
		return put_in_place(plan, mda, err);
	room.offset = plan_place_in(plan->from, &room, need);
	room.size = need;
	locn->offset = room.offset - mda->area.offset;
	plan->text_at[mda - plan->from->mdas] = room;
	put_in_free_space(plan, &room);
	return 0;
}

static int switch_mda(struct plan *plan, const struct lvm_mda *mda,
		      struct error *err)
{
	uint8_t header[LVM_MDA_HEADER_SIZE];
	struct lvm_raw_locn locn;

	if (place_text(plan, mda, &locn, err))
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

int plan_lvm(struct plan *plan, struct error *err)
{
	const struct snapshot *snap = plan->from;

	make_text(plan);
	if (chosen_check(plan->ids.chosen, snap, &plan->ids, err))
		return -1;
	for (unsigned i = 0; i < snap->mda_count; i++) {
		if (snapshot_mda_in_use(&snap->mdas[i]) &&
		    switch_mda(plan, &snap->mdas[i], err))
			return -1;
	}
	return switch_label(plan, err);
}
