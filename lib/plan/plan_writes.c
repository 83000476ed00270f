// SPDX-License-Identifier: LGPL-2.1-only
/*
 * From "what the blocks shall be" to "what is written": the blocks that differ,
 * in their phases, joined to as few writes as is sensible.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/plan_parts.h"

/* Unchanged blocks between two changed ones are written along if that saves a
 * command. Their content is the same, so a torn write of them shows nothing. */
#define MAX_GAP 4096

#define UNCHANGED PLAN_PHASES

static bool block_has(const struct image_block *block, uint32_t block_size,
		      uint64_t at)
{
	return at >= block->offset && at - block->offset < block_size;
}

/* Whether a block is ring space, all of it, that holds no live text: in one at the
 * ring's end the first extent may begin. */
static bool in_free_ring(const struct snapshot *snap,
			 const struct image_block *block, uint32_t size)
{
	for (unsigned i = 0; i < snap->mda_count; i++) {
		const struct lvm_mda *mda = &snap->mdas[i];

		if (block->offset >= mda->area.offset + LVM_MDA_HEADER_SIZE &&
		    block->offset + size <= mda->area.offset + mda->area.size)
			return lvm_mda_is_free(mda, block->offset, size);
	}
	return false;
}

/* The phase in which a block of plan->after is written, or UNCHANGED. */
static unsigned phase_of(const struct plan *plan,
			 const struct image_block *block)
{
	const struct snapshot *snap = plan->from;
	uint32_t size = plan->after.block_size;
	const struct image_block *before =
		image_find(&snap->image, block->offset);

	if (before && memcmp(before->data, block->data, size) == 0)
		return UNCHANGED;
	if (in_free_ring(snap, block, size))
		return PLAN_RING;
	if (block_has(block, size,
		      (uint64_t)snap->label.sector * LVM_SECTOR_SIZE))
		return PLAN_SWITCH;
	for (unsigned i = 0; i < snap->mda_count; i++) {
		if (block_has(block, size, snap->mdas[i].area.offset))
			return PLAN_SWITCH;
	}
	return PLAN_INPLACE;
}

/* How many blocks from `first` on make one write of `phase`. */
static size_t run_length(const struct plan *plan, const unsigned *phases,
			 size_t first)
{
	const struct image_block *blocks = plan->after.blocks;
	uint32_t size = plan->after.block_size;
	size_t last = first;

	for (size_t i = first + 1; i < plan->after.count; i++) {
		if (blocks[i].offset != blocks[i - 1].offset + size)
			break;
		if (phases[i] == phases[first])
			last = i;
		else if (phases[i] != UNCHANGED || (i - last) * size > MAX_GAP)
			break;
	}
	return last - first + 1;
}

static void add_write(struct plan *plan, enum plan_phase phase, size_t first,
		      size_t count)
{
	const struct image_block *blocks = plan->after.blocks;
	uint32_t size = plan->after.block_size;
	struct plan_write write = {
		.phase = phase,
		.offset = blocks[first].offset,
		.len = count * size,
		.data = alloc_zeroed(count * size, 1),
	};

	for (size_t i = 0; i < count; i++)
		memcpy(write.data + i * size, blocks[first + i].data, size);
	plan->writes[plan->write_count++] = write;
}

void plan_cut_writes(struct plan *plan)
{
	size_t n = plan->after.count;
	unsigned *phases = alloc_zeroed(n, sizeof(*phases));

	plan->writes = alloc_zeroed(n, sizeof(*plan->writes));
	for (size_t i = 0; i < n; i++)
		phases[i] = phase_of(plan, &plan->after.blocks[i]);
	for (unsigned phase = 0; phase < PLAN_PHASES; phase++) {
		for (size_t i = 0; i < n;) {
			size_t count = 1;

			if (phases[i] == phase) {
				count = run_length(plan, phases, i);
				add_write(plan, phase, i, count);
			}
			i += count;
		}
	}
	free(phases);
}
