// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/verify.h"

#include <inttypes.h>
#include <string.h>

#include "plan/plan_check.h"
#include "txn/load.h"

static int compare_blocks(const struct plan *plan, const struct image *now,
			  struct error *err)
{
	for (size_t i = 0; i < plan->after.count; i++) {
		const struct image_block *meant = &plan->after.blocks[i];
		const struct image_block *block =
			image_find(now, meant->offset);

		/* The old text's blocks are not read again. */
		if (block && memcmp(block->data, meant->data,
				    now->block_size) != 0)
			return error_set(err, ERROR_IO,
					 "the block at byte %" PRIu64
					 " does not hold what was written",
					 meant->offset);
	}
	return 0;
}

int verify_plan(struct lun *lun, const struct plan *plan, struct error *err)
{
	struct snapshot now;
	int failed;

	if (load_snapshot(lun, &now, err))
		return error_prefix(err, "reading the result back: ");
	failed = plan_compare(plan, &now, err) ||
		 compare_blocks(plan, &now.image, err);
	snapshot_free(&now);
	return failed ? error_prefix(err, "reading the result back: ") : 0;
}
