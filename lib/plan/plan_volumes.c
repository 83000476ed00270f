// SPDX-License-Identifier: LGPL-2.1-only
/*
 * New uuids in what stands inside LVs.
 */
#include <string.h>

#include "format/lv_name.h"
#include "format/uuid_scan.h"
#include "format/vhd_journal.h"
#include "plan/plan_parts.h"
#include "sr/want.h"

/* They were read, so it cannot fail but by a bug. */
static int patch_lv(struct plan *plan, const struct lvm_lv *lv, uint64_t at,
		    const void *from, size_t len, struct error *err)
{
	if (lv_patch(&plan->after, &plan->from->vg, lv, at, from, len))
		return 0;
	return error_set(err, ERROR_INTERNAL,
			 "planned a change of LV %s where nothing was read",
			 lv->name);
}

/* ---- the MGT volume: the SR, and of every record, free slots too, the VDI
 * and the one it is a snapshot of; and what else names a VDI of this SR, in a
 * field that a newer SM may know ---- */

/* A sector in which SM keeps no labels, those being the user's words. */
static int renew_sector(struct plan *plan, uint32_t at, struct error *err)
{
	const struct snapshot *snap = plan->from;
	uint32_t left = snap->mgt_header.length - at;
	const char *text = (const char *)snap->mgt_bytes + at;
	size_t len = left < MGT_SECTOR ? left : MGT_SECTOR;
	struct uuid_hit hit;

	for (size_t i = 0; uuid_scan(text, len, i, &hit);
	     i = hit.at + hit.len) {
		char renewed[MGT_SECTOR];
		struct uuid new;

		if (!idmap_find(&plan->ids, &hit.uuid, &new))
			continue;
		memcpy(renewed, text, len);
		uuid_scan_replace(renewed, &hit, &new);
		if (patch_lv(plan, snap->mgt_lv, at + hit.at, renewed + hit.at,
			     hit.len, err))
			return -1;
	}
	return 0;
}

static int renew_sectors(struct plan *plan, struct error *err)
{
	uint32_t length = plan->from->mgt_header.length;

	if (length > MGT_SECTOR && renew_sector(plan, MGT_SECTOR, err))
		return -1;
	for (uint32_t at = MGT_FIRST_RECORD_AT + MGT_SECTOR; at < length;
	     at += MGT_RECORD_SIZE) {
		if (renew_sector(plan, at, err))
			return -1;
	}
	return 0;
}

static int renew_ref(struct plan *plan, const struct mgt_ref *ref,
		     struct error *err)
{
	char text[UUID_TEXT_LEN];
	struct uuid new = idmap_renew(&plan->ids, &ref->uuid);

	uuid_to_text(&new, text);
	return patch_lv(plan, plan->from->mgt_lv, ref->at, text, sizeof(text),
			err);
}

int plan_mgt(struct plan *plan, struct error *err)
{
	const struct mgt *mgt = &plan->from->mgt;

	if (renew_sectors(plan, err))
		return -1;
	if (mgt->has_sr) {
		char text[UUID_TEXT_LEN];

		/* This field is the SR's, whatever it says now. */
		uuid_to_text(&plan->ids.new_sr, text);
		if (patch_lv(plan, plan->from->mgt_lv, mgt->sr.at, text,
			     sizeof(text), err))
			return -1;
	}
	for (uint32_t i = 0; i < mgt->vdi_count; i++) {
		const struct mgt_vdi *vdi = &mgt->vdis[i];

		if (renew_ref(plan, &vdi->uuid, err))
			return -1;
		if (vdi->has_snapshot_of &&
		    renew_ref(plan, &vdi->snapshot_of, err))
			return -1;
		/* As SM itself frees a record. */
		if (plan_drops_record(plan, vdi) &&
		    patch_lv(plan, plan->from->mgt_lv, vdi->deleted_at, "1", 1,
			     err))
			return -1;
	}
	return 0;
}

/* ---- names of parents, and the checksum of a VHD's header with one ---- */

/* `len` bytes; what changes is written to `to`, of the same length. */
static void renew_name(struct plan *plan, const uint8_t *bytes, size_t len,
		       enum name_encoding encoding, uint8_t *to)
{
	char before[PARENT_NAME_MAX], after[PARENT_NAME_MAX];
	size_t n =
		parent_name_get(bytes, len, encoding, before, sizeof(before));

	memcpy(after, before, n);
	plan_renew_text(plan, after, n);
	parent_name_put(to, encoding, before, after, n);
}

static void renew_vhd_header(struct plan *plan, uint8_t header[VHD_HEADER_SIZE])
{
	uint8_t *name = header + VHD_PARENT_NAME_AT;
	uint8_t before[VHD_PARENT_NAME_BYTES];

	memcpy(before, name, sizeof(before));
	renew_name(plan, before, sizeof(before), NAME_UTF16BE, name);
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
	renew_name(plan, bytes, name->len, name->encoding, now);
	return patch_lv(plan, lv, name->at, now, name->len, err);
}

static int plan_header(struct plan *plan, const struct lvm_lv *lv, uint64_t at,
		       struct error *err)
{
	uint8_t header[VHD_HEADER_SIZE];

	if (!lv_get(&plan->from->image, &plan->from->vg, lv, at, header,
		    sizeof(header)))
		return not_read(lv, err);
	renew_vhd_header(plan, header);
	return patch_lv(plan, lv, at, header, sizeof(header), err);
}

static int plan_image(struct plan *plan, uint32_t i, struct error *err)
{
	const struct snapshot_lv *info = &plan->from->lvs[i];
	const struct lvm_lv *lv = &plan->from->vg.lvs[i];

	if (info->has_header &&
	    plan_header(plan, lv, info->footer.header_at, err))
		return -1;
	for (unsigned k = info->has_header; k < info->name_count; k++) {
		if (plan_name(plan, lv, &info->names[k], err))
			return -1;
	}
	return 0;
}

/* ---- libvhd's journal of a resize, whose revert puts its copies of header
 * and locators back ---- */

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
	renew_vhd_header(plan, header);
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
		renew_name(plan, bytes + entry->data_at, loc->len,
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

static int plan_jvhd(struct plan *plan, uint32_t i, struct error *err)
{
	const struct snapshot *snap = plan->from;
	const struct lvm_lv *lv = &snap->vg.lvs[i];
	size_t len = snap->lvs[i].jvhd_len;
	uint8_t bytes[VHD_JOURNAL_HEAD];

	if (!lv_get(&snap->image, &snap->vg, lv, 0, bytes, len))
		return error_set(err, ERROR_INTERNAL,
				 "the journal in LV %s was not read", lv->name);
	renew_entries(plan, bytes, len);
	return patch_lv(plan, lv, 0, bytes, len, err);
}

/* ---- links of changed-block logs; none to a log that is dropped ---- */

static void renew_link(struct plan *plan, const struct uuid *old, uint8_t *link)
{
	struct uuid new = { { 0 } };

	if (!plan_drops_log(plan, old))
		new = idmap_renew(&plan->ids, old);
	memcpy(link, new.bytes, sizeof(new.bytes));
}

static int plan_cbtlog(struct plan *plan, uint32_t i, struct error *err)
{
	const struct snapshot_lv *info = &plan->from->lvs[i];
	uint8_t links[CBTLOG_LINKS_LEN];

	renew_link(plan, &info->cbt_parent, links + CBTLOG_PARENT_AT);
	renew_link(plan, &info->cbt_child, links + CBTLOG_CHILD_AT);
	return patch_lv(plan, &plan->from->vg.lvs[i], 0, links, sizeof(links),
			err);
}

/* ---- values of SM's journals that stand in their LV ---- */

static int plan_journal(struct plan *plan, uint32_t i, struct error *err)
{
	const struct snapshot *snap = plan->from;
	const struct snapshot_lv *info = &snap->lvs[i];
	const struct lvm_lv *lv = &snap->vg.lvs[i];
	char value[JOURNAL_VALUE_SECTOR];

	if (info->value_len == 0)
		return 0;
	if (!lv_get(&snap->image, &snap->vg, lv, info->value_at, value,
		    info->value_len))
		return error_set(err, ERROR_INTERNAL,
				 "the value of LV %s was not read", lv->name);
	plan_renew_text(plan, value, info->value_len);
	return patch_lv(plan, lv, info->value_at, value, info->value_len, err);
}

/* ---- all of them ---- */

typedef int planner_t(struct plan *plan, uint32_t i, struct error *err);

int plan_volumes(struct plan *plan, struct error *err)
{
	/* What other kinds hold names nobody, or is SM's own (plan_mgt). */
	static planner_t *const planners[LV_KINDS] = {
		[LV_VHD] = plan_image,	   [LV_QCOW2] = plan_image,
		[LV_CBTLOG] = plan_cbtlog, [LV_JOURNAL] = plan_journal,
		[LV_JVHD] = plan_jvhd,
	};

	for (uint32_t i = 0; i < plan->from->vg.lv_count; i++) {
		enum lv_kind kind = plan->from->lvs[i].kind;

		if (planners[kind] && !plan->dropped[i] &&
		    planners[kind](plan, i, err))
			return -1;
	}
	return 0;
}
