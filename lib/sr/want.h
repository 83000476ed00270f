// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What parsing still needs to have read.
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

/* Copies bytes out of the image; if some are missing, lists the range and
 * returns false. */
bool want_bytes(const struct image *image, struct want_list *wants,
		uint64_t offset, void *to, size_t len);

/* The same for bytes of an LV, which the range lies in. */
bool want_lv_bytes(const struct image *image, struct want_list *wants,
		   const struct lvm_vg *vg, const struct lvm_lv *lv,
		   uint64_t at, void *to, size_t len);

#endif
