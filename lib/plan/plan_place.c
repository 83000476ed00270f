// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Where the journal lies while there is one: its head at the one place for it
 * (format/resign_journal.h), its body where nobody has data.
 */
#include <inttypes.h>

#include "format/resign_journal.h"
#include "plan/plan_parts.h"

static int taken(const char *by, struct error *err)
{
	return error_set(err, ERROR_LUN_CONTENT,
			 "%s between this LUN's LVM label and its metadata "
			 "(bytes %u to %u), where the journal of a resign has "
			 "its place; this SR cannot be resigned",
			 by, JOURNAL_PLACE_AT, JOURNAL_PLACE_END - 1);
}

static enum journal_state get_head(const struct snapshot *snap,
				   struct journal_head *head)
{
	uint8_t place[JOURNAL_PLACE_SIZE] = { 0 };

	image_get(&snap->image, JOURNAL_PLACE_AT, place, sizeof(place));
	return journal_head_decode(place, head);
}

uint64_t plan_place_in(const struct snapshot *snap, const struct lvm_area *run,
		       uint64_t need)
{
	struct journal_head head;
	bool at_end = get_head(snap, &head) == JOURNAL_CLAIMED &&
		      head.body_at >= run->offset &&
		      head.body_at - run->offset < run->size / 2;

	return at_end ? run->offset + run->size - need : run->offset;
}

int plan_check_journal_place(const struct snapshot *snap, struct error *err)
{
	struct journal_head head;

	for (unsigned i = 0; i < snap->mda_count; i++) {
		if (snap->mdas[i].area.offset < JOURNAL_PLACE_END)
			return taken("a metadata area begins", err);
	}
	if (snap->vg.pe_start < JOURNAL_PLACE_END)
		return taken("the first extent begins", err);
	if (get_head(snap, &head) == JOURNAL_FOREIGN)
		return taken("something that is not LVM's lies", err);
	return 0;
}

bool plan_is_nobodys(const struct snapshot *snap, uint64_t at, uint64_t len)
{
	bool in_ring = false;

	if (at > snap->lun_size || len > snap->lun_size - at)
		return false;
	for (unsigned i = 0; i < snap->mda_count; i++) {
		const struct lvm_area *area = &snap->mdas[i].area;

		if (at + len <= area->offset || at >= area->offset + area->size)
			continue;
		if (at < area->offset + LVM_MDA_HEADER_SIZE ||
		    at + len > area->offset + area->size ||
		    !lvm_mda_is_free(&snap->mdas[i], at, len))
			return false;
		in_ring = true;
	}
	return in_ring || lvm_map_is_free(&snap->vg, at, len);
}

int plan_place_journal(const struct plan *plan, uint64_t need, uint64_t *at,
		       struct error *err)
{
	const struct snapshot *snap = plan->from;
	struct lvm_area best = { 0 }, extents;

	for (unsigned i = 0; i < snap->mda_count; i++) {
		struct lvm_area run = { 0 };

		if (!snap->mdas[i].ignored)
			run = lvm_ring_free_run(&snap->mdas[i],
						plan->text_at[i],
						plan->after.block_size);
		if (run.size > best.size)
			best = run;
	}
	extents = lvm_map_free_run(&snap->vg, snap->lun_size);
	if (best.size >= need) {
		*at = plan_place_in(snap, &best, need);
		return 0;
	}
	/* At their end: LVM takes the first ones first. */
	if (extents.size >= need) {
		*at = (extents.offset + extents.size - need) /
		      plan->after.block_size * plan->after.block_size;
		if (plan_is_nobodys(snap, *at, need))
			return 0;
	}
	return error_set(err, ERROR_LUN_CONTENT,
			 "the journal of this resign needs %" PRIu64
			 " bytes in one piece; the LVM metadata area has "
			 "%" PRIu64 " free, and the VG's extents %" PRIu64
			 "; remove LVs or snapshots on the original, "
			 "then " MAKE_NEW_CLONE,
			 need, best.size, extents.size);
}
