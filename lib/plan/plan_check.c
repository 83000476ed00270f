// SPDX-License-Identifier: LGPL-2.1-only
#include "plan/plan_check.h"

#include <inttypes.h>
#include <string.h>

#include "plan/plan_parts.h"

static bool inside(const struct plan_write *w, uint64_t at, uint64_t len)
{
	return w->offset >= at && w->offset - at <= len &&
	       w->len <= len - (w->offset - at);
}

static bool is_allowed(const struct snapshot *snap, const struct plan_write *w)
{
	const struct lvm_vg *vg = &snap->vg;

	switch (w->phase) {
	case PLAN_RING:
		for (unsigned i = 0; i < snap->mda_count; i++) {
			const struct lvm_mda *mda = &snap->mdas[i];
			uint64_t ring = mda->area.offset + LVM_MDA_HEADER_SIZE;

			if (inside(w, ring,
				   mda->area.size - LVM_MDA_HEADER_SIZE) &&
			    lvm_mda_is_free(mda, w->offset, w->len))
				return true;
		}
		return false;
	case PLAN_INPLACE:
		if (inside(w, vg->pe_start, lvm_map_end(vg) - vg->pe_start))
			return true;
		/* Text that has to stay where it is. */
		for (unsigned i = 0; i < snap->mda_count; i++) {
			const struct lvm_mda *mda = &snap->mdas[i];

			if (inside(w, mda->area.offset, mda->area.size) &&
			    !lvm_mda_is_free(mda, w->offset, w->len))
				return true;
		}
		return false;
	case PLAN_SWITCH:
		return w->offset + w->len <= vg->pe_start ||
		       w->offset >= lvm_map_end(vg);
	}
	return false;
}

static int check_places(const struct plan *plan, struct error *err)
{
	uint32_t block = plan->after.block_size;

	for (size_t i = 0; i < plan->write_count; i++) {
		const struct plan_write *w = &plan->writes[i];

		if (w->len == 0 || w->offset % block || w->len % block ||
		    w->len > plan->from->lun_size ||
		    w->offset > plan->from->lun_size - w->len ||
		    (i && plan->writes[i - 1].phase > w->phase) ||
		    !is_allowed(plan->from, w))
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
	int failed = image_clone(&plan->from->image, &result->image);

	for (size_t i = 0; i < plan->write_count && !failed; i++)
		failed = image_put(&result->image, plan->writes[i].offset,
				   plan->writes[i].data, plan->writes[i].len);
	if (failed)
		return error_no_memory(err);
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
	struct plan_options again = { .drop_snapshots = false };
	struct plan second;

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
	if (failed && err->code != ERROR_NO_MEMORY)
		err->code = ERROR_INTERNAL;
	return failed ? -1 : 0;
}
