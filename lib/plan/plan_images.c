// SPDX-License-Identifier: LGPL-2.1-only
/*
 * New names of parents, wherever an image names its parent, and the checksum of
 * a VHD's header that holds one.
 */
#include <string.h>

#include "plan/plan_parts.h"
#include "sr/lv_bytes.h"

void plan_renew_name(struct plan *plan, const uint8_t *bytes, size_t len,
		     enum name_encoding encoding, uint8_t *to)
{
	char before[PARENT_NAME_MAX], after[PARENT_NAME_MAX];
	size_t n = parent_name_get(bytes, len, encoding, before,
				   sizeof(before));

	memcpy(after, before, n);
	plan_renew_text(plan, after, n);
	parent_name_put(to, encoding, before, after, n);
}

void plan_renew_vhd_header(struct plan *plan, uint8_t header[VHD_HEADER_SIZE])
{
	uint8_t *name = header + VHD_PARENT_NAME_AT;
	uint8_t before[VHD_PARENT_NAME_BYTES];

	memcpy(before, name, sizeof(before));
	plan_renew_name(plan, before, sizeof(before), NAME_UTF16BE, name);
	if (memcmp(before, name, sizeof(before)) != 0)
		vhd_header_seal(header);
}

static int not_read(const struct lvm_lv *lv, struct error *err)
{
	return error_set(err, ERROR_INTERNAL,
			 "a name of the parent of LV %s was not read",
			 lv->name);
}

/* Two names may share their bytes: each goes by what was read, is renewed once,
 * and changes its own characters only. */
static int plan_name(struct plan *plan, const struct lvm_lv *lv,
		     const struct parent_name *name, struct error *err)
{
	const struct lvm_vg *vg = &plan->from->vg;
	uint8_t bytes[PARENT_NAME_MAX], now[PARENT_NAME_MAX];

	if (name->encoding == NAME_UNKNOWN)
		return 0;
	if (!lv_get(&plan->from->image, vg, lv, name->at, bytes, name->len) ||
	    !lv_get(&plan->after, vg, lv, name->at, now, name->len))
		return not_read(lv, err);
	plan_renew_name(plan, bytes, name->len, name->encoding, now);
	return plan_patch_lv(plan, lv, name->at, now, name->len, err);
}

static int plan_header(struct plan *plan, const struct lvm_lv *lv,
		       uint64_t at, struct error *err)
{
	uint8_t header[VHD_HEADER_SIZE];

	if (!lv_get(&plan->from->image, &plan->from->vg, lv, at, header,
		    sizeof(header)))
		return not_read(lv, err);
	plan_renew_vhd_header(plan, header);
	return plan_patch_lv(plan, lv, at, header, sizeof(header), err);
}

int plan_images(struct plan *plan, struct error *err)
{
	const struct snapshot *snap = plan->from;

	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct snapshot_lv *info = &snap->lvs[i];
		const struct lvm_lv *lv = &snap->vg.lvs[i];

		if (plan->dropped[i])
			continue;
		if (info->has_header &&
		    plan_header(plan, lv, info->footer.header_at, err))
			return -1;
		for (unsigned k = info->has_header; k < info->name_count; k++) {
			if (plan_name(plan, lv, &info->names[k], err))
				return -1;
		}
	}
	return 0;
}
