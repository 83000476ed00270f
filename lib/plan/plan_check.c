// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Our own work, checked before the first write: every write is where its phase
 * may write, and the result is what was meant.
 */
#include <inttypes.h>
#include <string.h>

#include "format/resign_journal.h"
#include "plan/plan_parts.h"

/* Whether the sector at `at` is one that a phase may change. Of sectors, not of
 * the LUN's blocks: an area or the extents may begin or end within a block. */
static bool is_allowed(const struct plan *plan, enum plan_phase phase,
		       uint64_t at, uint64_t lvs_end)
{
	const struct snapshot *snap = plan->from;
	uint64_t lvs_at = snap->vg.pe_start;
	uint64_t end = at + LVM_SECTOR_SIZE;

	switch (phase) {
	case PLAN_RING:
		return plan_is_nobodys(snap, at, LVM_SECTOR_SIZE);
	case PLAN_INPLACE:
		if (at >= lvs_at && end <= lvs_end)
			return true;
		/* Text that has to stay where it is. */
		for (unsigned i = 0; i < snap->mda_count; i++) {
			const struct lvm_mda *mda = &snap->mdas[i];

			if (at >= mda->area.offset &&
			    end <= mda->area.offset + mda->area.size &&
			    !lvm_mda_is_free(mda, at, end - at))
				return true;
		}
		return false;
	case PLAN_SWITCH:
		return end <= lvs_at || at >= lvs_end;
	}
	return false;
}

/* What only fills a gap is written as it is. */
static bool are_allowed(const struct plan *plan, const struct plan_write *w,
			uint64_t lvs_end)
{
	uint8_t before[LVM_SECTOR_SIZE];

	for (size_t i = 0; i < w->len; i += sizeof(before)) {
		uint64_t at = w->offset + i;

		if ((!image_get(&plan->from->image, at, before,
				sizeof(before)) ||
		     memcmp(before, w->data + i, sizeof(before)) != 0) &&
		    !is_allowed(plan, w->phase, at, lvs_end))
			return false;
	}
	return true;
}

static int check_places(const struct plan *plan, struct error *err)
{
	uint32_t block = plan->after.block_size;
	uint64_t lvs_end = lvm_map_end(&plan->from->vg);

	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];

		if (w->len == 0 || w->offset % block || w->len % block ||
		    w->len > plan->from->lun_size ||
		    w->offset > plan->from->lun_size - w->len ||
		    (i && plan->writes[i - 1].phase > w->phase) ||
		    !are_allowed(plan, w, lvs_end))
			return error_set(err, ERROR_INTERNAL,
					 "planned a write of %zu bytes at byte "
					 "%" PRIu64 " that has no business "
					 "there; nothing was written",
					 w->len, w->offset);
	}
	return 0;
}

/* The LUN as it would be: what was read, and the writes over it. */
static int apply_to(struct snapshot *result, const struct plan *plan,
		    struct error *err)
{
	struct want_list wants = { 0 };
	int failed;

	image_clone(&plan->from->image, &result->image);
	for (size_t i = 0; i < plan->write_count; i++)
		image_put(&result->image, plan->writes[i].offset,
			  plan->writes[i].data, plan->writes[i].len);
	failed = snapshot_parse(result, &wants, err);
	if (failed)
		error_prefix(err, "the planned result does not parse: ");
	else if (wants.count)
		failed = error_set(err, ERROR_INTERNAL,
				   "the planned result needs blocks that were "
				   "not read");
	want_list_free(&wants);
	return failed;
}

static int check_result(const struct plan *plan, const struct snapshot *result,
			struct error *err)
{
	struct plan_options again = { .choices.keep_journals = true };
	uint8_t before[JOURNAL_PLACE_SIZE], after[JOURNAL_PLACE_SIZE];
	struct plan second;

	/* The journal's head is none of the plan's business. */
	image_get(&plan->from->image, JOURNAL_PLACE_AT, before, sizeof(before));
	image_get(&plan->after, JOURNAL_PLACE_AT, after, sizeof(after));
	if (memcmp(before, after, sizeof(before)) != 0)
		return error_set(err, ERROR_INTERNAL,
				 "planned a change where the journal's head "
				 "lies");
	/* What the writes make must be all that was planned, to the byte. */
	for (size_t i = 0; i < plan->after.count; i++) {
		const struct image_block *meant = &plan->after.blocks[i];
		const struct image_block *made =
			image_find(&result->image, meant->offset);

		if (!made || memcmp(made->data, meant->data,
				    plan->after.block_size) != 0)
			return error_set(err, ERROR_INTERNAL,
					 "the planned writes leave out byte "
					 "%" PRIu64,
					 meant->offset);
	}
	if (plan_compare(plan, result, err))
		return -1;
	uuid_new(&again.new_sr);
	if (plan_build(result, &again, &second, err))
		return error_prefix(err, "a second resign would fail: ");
	plan_free(&second);
	return 0;
}

int plan_check(const struct plan *plan, struct error *err)
{
	struct snapshot result;
	int failed;

	if (check_places(plan, err))
		return -1;
	snapshot_init(&result, plan->from->lun_size, plan->after.block_size);
	failed = apply_to(&result, plan, err) ||
		 check_result(plan, &result, err);
	snapshot_free(&result);
	if (failed)
		err->code = ERROR_INTERNAL;
	return failed ? -1 : 0;
}
