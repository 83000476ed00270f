// SPDX-License-Identifier: LGPL-2.1-only
#include "sr/lv_bytes.h"

bool lv_get(const struct image *image, const struct lvm_vg *vg,
	    const struct lvm_lv *lv, uint64_t at, void *to, size_t len)
{
	uint8_t *out = to;

	while (len) {
		uint64_t offset;
		size_t run = (size_t)lvm_map_run(vg, lv, at, len, &offset);

		if (!image_get(image, offset, out, run))
			return false;
		at += run;
		out += run;
		len -= run;
	}
	return true;
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
