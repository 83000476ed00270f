// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Bytes of the LUN and of its LVs out of what was read, and what parsing still
 * needs to have read.
 */
#ifndef SR_WANT_H
#define SR_WANT_H

#include "format/lvm_map.h"
#include "sr/image.h"

/* A range of the LUN in bytes; not aligned, perhaps overlapping others. */
struct want {
	uint64_t offset, len;
};

struct want_list {
	struct want *items;
	size_t count;
};

void want_list_free(struct want_list *wants);

void want_range(struct want_list *wants, uint64_t offset, uint64_t len);

/* Copies bytes out of the image; if some are missing, lists the range, where
 * there is a list, and returns false. */
bool want_bytes(const struct image *image, struct want_list *wants,
		uint64_t offset, void *to, size_t len);

/* The same for bytes of an LV, which the range lies in. */
bool want_lv_bytes(const struct image *image, struct want_list *wants,
		   const struct lvm_vg *vg, const struct lvm_lv *lv,
		   uint64_t at, void *to, size_t len);

/* All ranges lie inside the LV. False if a block is not in the image; of
 * lv_patch, blocks before it may then be changed. */
bool lv_get(const struct image *image, const struct lvm_vg *vg,
	    const struct lvm_lv *lv, uint64_t at, void *to, size_t len);
bool lv_patch(struct image *image, const struct lvm_vg *vg,
	      const struct lvm_lv *lv, uint64_t at, const void *from,
	      size_t len);

#endif
