// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/verify.h"

#include <inttypes.h>
#include <string.h>

#include "plan/plan_check.h"
#include "txn/load.h"

/* Free ring space holds the journal now, and what it held before does not
 * matter; the text in it is compared as text. */
static bool in_ring(const struct snapshot *snap, uint64_t offset)
{
	for (unsigned i = 0; i < snap->mda_count; i++) {
		const struct lvm_area *area = &snap->mdas[i].area;

		if (offset > area->offset && offset - area->offset < area->size)
			return true;
	}
	return false;
}

static int compare_blocks(const struct plan *plan, const struct snapshot *now,
			  struct error *err)
{
	if (now->mdas[now->newest_mda].text.size != plan->text_size ||
	    memcmp(now->text, plan->text, plan->text_size) != 0)
		return error_set(err, ERROR_IO,
				 "the VG text is not the one that was written");
	for (size_t i = 0; i < plan->after.count; i++) {
		const struct image_block *meant = &plan->after.blocks[i];
		const struct image_block *block =
			image_find(&now->image, meant->offset);

		if (block && !in_ring(now, meant->offset) &&
		    memcmp(block->data, meant->data, now->image.block_size) !=
			    0)
			return error_set(err, ERROR_IO,
					 "the block at byte %" PRIu64
					 " does not hold what was written",
					 meant->offset);
	}
	return 0;
}

int verify_plan(struct lun *lun, const struct plan *plan,
		const struct txn_hooks *hooks, struct error *err)
{
	struct snapshot now;
	int failed;

	if (load_snapshot(lun, NULL, &now, err))
		return error_prefix(err, "reading the result back: ");
	failed = plan_compare(plan, &now, err) ||
		 compare_blocks(plan, &now, err) ||
		 (hooks && hooks->accept &&
		  hooks->accept(hooks->context, &now, err));
	snapshot_free(&now);
	return failed ? error_prefix(err, "reading the result back: ") : 0;
}
