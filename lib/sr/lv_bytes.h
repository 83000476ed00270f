// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Bytes of an LV in an image of its LUN, whatever segments they lie in.
 */
#ifndef SR_LV_BYTES_H
#define SR_LV_BYTES_H

#include "format/lvm_map.h"
#include "sr/image.h"

/* All ranges lie inside the LV. False if a block is not in the image; of
 * lv_patch, blocks before it may then be changed. */
bool lv_get(const struct image *image, const struct lvm_vg *vg,
	    const struct lvm_lv *lv, uint64_t at, void *to, size_t len);
bool lv_patch(struct image *image, const struct lvm_vg *vg,
	      const struct lvm_lv *lv, uint64_t at, const void *from,
	      size_t len);

#endif
