// SPDX-License-Identifier: LGPL-2.1-only
/*
 * New names of VHD parents, in the header and in every locator.
 */
#include <string.h>

#include "sr/lv_bytes.h"
#include "plan/plan_parts.h"

int plan_renew_vhd_name(struct plan *plan, uint8_t *bytes, size_t len,
			enum vhd_encoding encoding, struct error *err)
{
	char before[VHD_LOCATOR_MAX], after[VHD_LOCATOR_MAX];
	size_t n = vhd_name_get(bytes, len, encoding, before, sizeof(before));

	memcpy(after, before, n);
	if (plan_renew_text(plan, after, n, err))
		return -1;
	vhd_name_put(bytes, encoding, before, after, n);
	return 0;
}

int plan_renew_vhd_header(struct plan *plan, uint8_t header[VHD_HEADER_SIZE],
			  struct error *err)
{
	uint8_t *name = header + VHD_PARENT_NAME_AT;
	uint8_t before[VHD_PARENT_NAME_BYTES];

	memcpy(before, name, sizeof(before));
	if (plan_renew_vhd_name(plan, name, VHD_PARENT_NAME_BYTES, VHD_UTF16BE,
				err))
		return -1;
	if (memcmp(before, name, sizeof(before)) != 0)
		vhd_header_seal(header);
	return 0;
}

static int plan_locator(struct plan *plan, const struct lvm_lv *lv,
			const struct vhd_locator *loc, struct error *err)
{
	uint8_t bytes[VHD_LOCATOR_MAX];

	/* From what was read, not from `after`: two locators may share their
	 * bytes, and a name is renewed once. */
	if (!lv_get(&plan->from->image, &plan->from->vg, lv, loc->at, bytes,
		    loc->len))
		return error_set(err, ERROR_INTERNAL,
				 "a parent locator of LV %s was not read",
				 lv->name);
	if (plan_renew_vhd_name(plan, bytes, loc->len, loc->encoding, err))
		return -1;
	return plan_patch_lv(plan, lv, loc->at, bytes, loc->len, err);
}

static int plan_header(struct plan *plan, const struct lvm_lv *lv,
		       const struct snapshot_lv *info, struct error *err)
{
	uint8_t header[VHD_HEADER_SIZE];

	if (!lv_get(&plan->from->image, &plan->from->vg, lv,
		    info->footer.header_at, header, sizeof(header)))
		return error_set(err, ERROR_INTERNAL,
				 "the VHD header of LV %s was not read",
				 lv->name);
	if (plan_renew_vhd_header(plan, header, err))
		return -1;
	return plan_patch_lv(plan, lv, info->footer.header_at, header,
			     sizeof(header), err);
}

int plan_vhds(struct plan *plan, struct error *err)
{
	const struct snapshot *snap = plan->from;

	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct snapshot_lv *info = &snap->lvs[i];
		const struct lvm_lv *lv = &snap->vg.lvs[i];

		if (!info->has_header || plan->dropped[i])
			continue;
		if (plan_header(plan, lv, info, err))
			return -1;
		for (unsigned j = 0; j < info->header.locator_count; j++) {
			if (plan_locator(plan, lv, &info->header.locators[j],
					 err))
				return -1;
		}
	}
	return 0;
}
