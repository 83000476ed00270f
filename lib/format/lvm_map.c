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
