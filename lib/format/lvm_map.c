// SPDX-License-Identifier: LGPL-2.1-only
#include "format/lvm_map.h"

bool lvm_lv_has(const struct lvm_lv *lv, uint64_t at, uint64_t len)
{
	return at <= lv->size && len <= lv->size - at;
}

uint64_t lvm_map_run(const struct lvm_vg *vg, const struct lvm_lv *lv,
		     uint64_t at, uint64_t len, uint64_t *offset)
{
	const struct lvm_segment *seg = &vg->segments[lv->first_segment];
	uint64_t extent = at / vg->extent_size;
	uint64_t into_segment, left;

	while (extent >= seg->lv_extent + seg->count)
		seg++;
	into_segment = at - seg->lv_extent * vg->extent_size;
	left = seg->count * vg->extent_size - into_segment;
	*offset =
		vg->pe_start + seg->pv_extent * vg->extent_size + into_segment;
	return len < left ? len : left;
}

/* The first extent from `extent` on that an LV uses, and *behind it the first
 * one that this segment does not; pe_count if there is none. */
static uint64_t next_used(const struct lvm_vg *vg, uint64_t extent,
			  uint64_t *behind)
{
	uint64_t next = vg->pe_count;

	for (uint32_t i = 0; i < vg->segment_count; i++) {
		const struct lvm_segment *seg = &vg->segments[i];

		if (seg->pv_extent + seg->count > extent &&
		    seg->pv_extent < next) {
			next = seg->pv_extent;
			*behind = seg->pv_extent + seg->count;
		}
	}
	return next;
}

struct lvm_area lvm_map_free_run(const struct lvm_vg *vg, uint64_t lun_size)
{
	uint64_t end = vg->pe_count, best = 0, best_at = 0, behind = 0;

	if (lun_size < vg->pe_start)
		return (struct lvm_area){ 0 };
	if (end > (lun_size - vg->pe_start) / vg->extent_size)
		end = (lun_size - vg->pe_start) / vg->extent_size;
	for (uint64_t at = 0; at < end; at = behind) {
		uint64_t next = next_used(vg, at, &behind);

		if (next >= end)
			next = behind = end;
		if (next > at && next - at > best) {
			best = next - at;
			best_at = at;
		}
	}
	return (struct lvm_area){ vg->pe_start + best_at * vg->extent_size,
				  best * vg->extent_size };
}

bool lvm_map_is_free(const struct lvm_vg *vg, uint64_t offset, uint64_t len)
{
	uint64_t first, last, behind;

	if (len == 0 || offset < vg->pe_start)
		return false;
	first = (offset - vg->pe_start) / vg->extent_size;
	last = (offset + len - 1 - vg->pe_start) / vg->extent_size;
	return last < vg->pe_count && next_used(vg, first, &behind) > last;
}

uint64_t lvm_map_end(const struct lvm_vg *vg)
{
	uint64_t last = 0;

	for (uint32_t i = 0; i < vg->segment_count; i++) {
		const struct lvm_segment *seg = &vg->segments[i];

		if (seg->pv_extent + seg->count > last)
			last = seg->pv_extent + seg->count;
	}
	return vg->pe_start + last * vg->extent_size;
}
