// SPDX-License-Identifier: LGPL-2.1-only
/*
 * From a byte of an LV to a byte of the LUN, segment by segment.
 */
#ifndef FORMAT_LVM_MAP_H
#define FORMAT_LVM_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "format/lvm_label.h"
#include "format/lvm_vg.h"

/* The longest run of the LUN that holds bytes of the LV from `at` on, at most
 * `len` of them: sets *offset (LUN bytes) and returns the run's length. `at`
 * and `len` lie inside the LV, and the VG comes from lvm_vg_parse, so this
 * cannot fail; a longer range takes several calls. */
uint64_t lvm_map_run(const struct lvm_vg *vg, const struct lvm_lv *lv,
		     uint64_t at, uint64_t len, uint64_t *offset);

/* Whether bytes at..at+len lie inside the LV. */
bool lvm_lv_has(const struct lvm_lv *lv, uint64_t at, uint64_t len);

/* Which of vg->places is the first that ends behind byte `offset` of the LUN,
 * which is none before the first extent; segment_count if there is none. */
uint32_t lvm_map_find(const struct lvm_vg *vg, uint64_t offset);

/* The longest run of the LUN's first `lun_size` bytes that no LV uses, of the
 * extents that the VG has; its size may come out 0. */
struct lvm_area lvm_map_free_run(const struct lvm_vg *vg, uint64_t lun_size);

/* Whether no LV uses any of offset..offset+len, and extents of the VG do. */
bool lvm_map_is_free(const struct lvm_vg *vg, uint64_t offset, uint64_t len);

/* One past the last byte of the LUN that any LV uses. */
uint64_t lvm_map_end(const struct lvm_vg *vg);

#endif
