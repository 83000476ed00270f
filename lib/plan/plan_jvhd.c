// SPDX-License-Identifier: LGPL-2.1-only
/*
 * New names of VHD parents in libvhd's journal of a resize: a revert puts its
 * copies of header and locators back.
 */
#include <string.h>

#include "format/vhd_journal.h"
#include "sr/lv_bytes.h"
#include "plan/plan_parts.h"

static void renew_header(struct plan *plan, uint8_t *bytes,
			 const struct vhd_journal_entry *entry,
			 struct vhd_header *parsed)
{
	uint8_t header[VHD_HEADER_SIZE];
	const char *why;

	if (entry->size != sizeof(header))
		return;
	memcpy(header, bytes + entry->data_at, sizeof(header));
	/* libvhd does not put back what is not sound. */
	if (!vhd_parse_header(header, parsed, &why))
		return;
	plan_renew_vhd_header(plan, header);
	vhd_journal_put(bytes, entry, header);
}

static void renew_locator(struct plan *plan, uint8_t *bytes,
			  const struct vhd_journal_entry *entry,
			  const struct vhd_header *header)
{
	uint8_t data[PARENT_NAME_MAX];

	for (unsigned i = 0; i < header->locator_count; i++) {
		const struct parent_name *loc = &header->locators[i];

		if (loc->encoding == NAME_UNKNOWN ||
		    loc->at != entry->vhd_offset || loc->len > entry->size ||
		    entry->size > sizeof(data))
			continue;
		memcpy(data, bytes + entry->data_at, entry->size);
		plan_renew_name(plan, bytes + entry->data_at, loc->len,
				loc->encoding, data);
		vhd_journal_put(bytes, entry, data);
		return;
	}
}

static void renew_entries(struct plan *plan, uint8_t *bytes, size_t len)
{
	struct vhd_header header = { .locator_count = 0 };
	struct vhd_journal_entry entry;
	struct vhd_journal_walk walk;

	if (!vhd_journal_begin(bytes, len, &walk))
		return;
	/* The header comes before the locators that it describes. */
	while (vhd_journal_next(&walk, &entry)) {
		if (entry.type == VHD_JOURNAL_HEADER)
			renew_header(plan, bytes, &entry, &header);
		else if (entry.type == VHD_JOURNAL_LOCATOR)
			renew_locator(plan, bytes, &entry, &header);
	}
}

int plan_jvhds(struct plan *plan, struct error *err)
{
	const struct snapshot *snap = plan->from;

	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct lvm_lv *lv = &snap->vg.lvs[i];
		size_t len = snap->lvs[i].jvhd_len;
		uint8_t bytes[VHD_JOURNAL_HEAD];

		if (snap->lvs[i].kind != LV_JVHD)
			continue;
		if (!lv_get(&snap->image, &snap->vg, lv, 0, bytes, len))
			return error_set(err, ERROR_INTERNAL,
					 "the journal in LV %s was not read",
					 lv->name);
		renew_entries(plan, bytes, len);
		if (plan_patch_lv(plan, lv, 0, bytes, len, err))
			return -1;
	}
	return 0;
}
