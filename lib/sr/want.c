// SPDX-License-Identifier: LGPL-2.1-only
#include "sr/want.h"

#include <stdlib.h>

#include "base/alloc.h"

void want_list_free(struct want_list *wants)
{
	free(wants->items);
	*wants = (struct want_list){ 0 };
}

void want_range(struct want_list *wants, uint64_t offset, uint64_t len)
{
	wants->items =
		alloc_more(wants->items, wants->count, sizeof(*wants->items));
	wants->items[wants->count++] = (struct want){ offset, len };
}

bool want_bytes(const struct image *image, struct want_list *wants,
		uint64_t offset, void *to, size_t len)
{
	if (image_get(image, offset, to, len))
		return true;
	if (wants)
		want_range(wants, offset, len);
	return false;
}

bool want_lv_bytes(const struct image *image, struct want_list *wants,
		   const struct lvm_vg *vg, const struct lvm_lv *lv,
		   uint64_t at, void *to, size_t len)
{
	uint8_t *out = to;
	bool all_there = true;

	while (len) {
		uint64_t offset;
		size_t run = (size_t)lvm_map_run(vg, lv, at, len, &offset);

		if (!want_bytes(image, wants, offset, out, run))
			all_there = false;
		at += run;
		out += run;
		len -= run;
	}
	return all_there;
}

bool lv_get(const struct image *image, const struct lvm_vg *vg,
	    const struct lvm_lv *lv, uint64_t at, void *to, size_t len)
{
	return want_lv_bytes(image, NULL, vg, lv, at, to, len);
}

bool lv_patch(struct image *image, const struct lvm_vg *vg,
	      const struct lvm_lv *lv, uint64_t at, const void *from,
	      size_t len)
{
	const uint8_t *in = from;

	while (len) {
		uint64_t offset;
		size_t run = (size_t)lvm_map_run(vg, lv, at, len, &offset);

		if (!image_patch(image, offset, in, run))
			return false;
		at += run;
		in += run;
		len -= run;
	}
	return true;
}
