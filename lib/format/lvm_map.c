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

uint32_t lvm_map_find(const struct lvm_vg *vg, uint64_t offset)
{
	uint64_t extent = (offset - vg->pe_start) / vg->extent_size;
	uint32_t low = 0, high = vg->segment_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const struct lvm_place *place = &vg->places[mid];

		if (place->pv_extent + place->count <= extent)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct lvm_area lvm_map_free_run(const struct lvm_vg *vg, uint64_t lun_size)
{
	uint64_t end = vg->pe_count, best = 0, best_at = 0, at = 0;

	if (lun_size < vg->pe_start)
		return (struct lvm_area){ 0 };
	if (end > (lun_size - vg->pe_start) / vg->extent_size)
		end = (lun_size - vg->pe_start) / vg->extent_size;
	for (uint32_t i = 0; i <= vg->segment_count && at < end; i++) {
		bool last = i == vg->segment_count;
		uint64_t next = last ? end : vg->places[i].pv_extent;

		if (next > end)
			next = end;
		if (next - at > best) {
			best = next - at;
			best_at = at;
		}
		if (!last)
			at = vg->places[i].pv_extent + vg->places[i].count;
	}
	return (struct lvm_area){ vg->pe_start + best_at * vg->extent_size,
				  best * vg->extent_size };
}

bool lvm_map_is_free(const struct lvm_vg *vg, uint64_t offset, uint64_t len)
{
	uint64_t last;
	uint32_t i;

	if (len == 0 || offset < vg->pe_start)
		return false;
	last = (offset + len - 1 - vg->pe_start) / vg->extent_size;
	i = lvm_map_find(vg, offset);
	return last < vg->pe_count &&
	       (i == vg->segment_count || vg->places[i].pv_extent > last);
}

uint64_t lvm_map_end(const struct lvm_vg *vg)
{
	const struct lvm_place *last;

	if (vg->segment_count == 0)
		return vg->pe_start;
	last = &vg->places[vg->segment_count - 1];
	return vg->pe_start + (last->pv_extent + last->count) * vg->extent_size;
}
