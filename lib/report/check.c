// SPDX-License-Identifier: LGPL-2.1-only
#include "report/check.h"

#include <string.h>

#include "base/bytes.h"
#include "format/uuid_scan.h"
#include "sr/lv_bytes.h"

/* In a VHD's footer (blktap include/vhd.h): u32 checksum, 16 bytes uuid; in its
 * header: 16 bytes uuid of the parent's footer. */
#define FOOTER_CHECKSUM_AT 64
#define FOOTER_UUID_AT	   68
#define HEADER_PARENT_AT   40

/* Longer chains are none that SM makes (it allows 30). */
#define MAX_CHAIN 1024

struct check {
	const struct snapshot *snap;
	struct findings *out;
};

static const struct vdi *find_vdi(const struct check *c,
				  const struct uuid *uuid)
{
	return vdis_find(&c->snap->vdis, uuid);
}

static bool has_volume(const struct check *c, const struct uuid *uuid)
{
	const struct vdi *vdi = find_vdi(c, uuid);

	return vdi && vdi->lv != VDI_NONE;
}

/* ---- VHDs ---- */

static bool read_lv(const struct check *c, uint32_t i, uint64_t at, void *to,
		    size_t len)
{
	return lv_get(&c->snap->image, &c->snap->vg, &c->snap->vg.lvs[i], at,
		      to, len);
}

static void check_footer(const struct check *c, uint32_t i)
{
	uint8_t footer[VHD_SECTOR];
	uint32_t sum = 0, kept;

	if (c->snap->lvs[i].footer.poisoned ||
	    !read_lv(c, i, 0, footer, sizeof(footer)))
		return;
	kept = get_be32(footer + FOOTER_CHECKSUM_AT);
	put_be32(footer + FOOTER_CHECKSUM_AT, 0);
	for (size_t k = 0; k < sizeof(footer); k++)
		sum += footer[k];
	if (kept != ~sum)
		finding_add(c->out, FINDING_ERROR, c->snap->vg.lvs[i].name,
			    "the copy of its VHD footer does not match its "
			    "checksum");
}

/* One of the places that name the parent. */
static void check_parent_name(const struct check *c, uint32_t i,
			      const uint8_t *bytes, size_t len,
			      enum vhd_encoding encoding, const char *place)
{
	const struct snapshot_lv *info = &c->snap->lvs[i];
	const char *lv = c->snap->vg.lvs[i].name;
	char name[VHD_LOCATOR_MAX];
	size_t n = vhd_name_get(bytes, len, encoding, name, sizeof(name));
	struct uuid_hit hit;
	bool named = false;

	for (size_t at = 0; uuid_scan(name, n, at, &hit);
	     at = hit.at + hit.len) {
		if (hit.is_sr && !uuid_equal(&hit.uuid, &c->snap->vg.sr))
			finding_add(c->out, FINDING_ERROR, lv,
				    "%s names its parent in another SR, %s: "
				    "where that one is attached, its data "
				    "would be used",
				    place, uuid_string(&hit.uuid).chars);
		if (hit.is_sr)
			continue;
		named = true;
		if (info->has_parent && !uuid_equal(&hit.uuid, &info->parent))
			finding_add(c->out, FINDING_ERROR, lv,
				    "%s names another parent, %s, than its "
				    "header",
				    place, uuid_string(&hit.uuid).chars);
	}
	if (!named)
		finding_add(c->out, FINDING_WARNING, lv,
			    "%s names no VDI as its parent", place);
}

static void check_parent_names(const struct check *c, uint32_t i)
{
	const struct snapshot_lv *info = &c->snap->lvs[i];
	uint8_t bytes[VHD_LOCATOR_MAX];

	if (read_lv(c, i, info->footer.header_at + VHD_PARENT_NAME_AT, bytes,
		    VHD_PARENT_NAME_BYTES))
		check_parent_name(c, i, bytes, VHD_PARENT_NAME_BYTES,
				  VHD_UTF16BE, "its header");
	for (unsigned k = 0; k < info->header.locator_count; k++) {
		const struct vhd_locator *l = &info->header.locators[k];

		if (read_lv(c, i, l->at, bytes, l->len))
			check_parent_name(c, i, bytes, l->len, l->encoding,
					  "a parent locator");
	}
}

/* tapdisk opens a chain only if each header has the uuid of its parent's
 * footer; a raw parent has none. */
static void check_parent_uuid(const struct check *c, uint32_t i,
			      uint32_t parent)
{
	struct uuid meant, found = { { 0 } };

	if (!read_lv(c, i, c->snap->lvs[i].footer.header_at + HEADER_PARENT_AT,
		     meant.bytes, sizeof(meant.bytes)))
		return;
	if (c->snap->lvs[parent].is_vhd &&
	    !read_lv(c, parent, FOOTER_UUID_AT, found.bytes,
		     sizeof(found.bytes)))
		return;
	if (!uuid_equal(&meant, &found))
		finding_add(c->out, FINDING_ERROR, c->snap->vg.lvs[i].name,
			    "its parent %s is not the VHD that it was made "
			    "from: their VHD uuids differ",
			    c->snap->vg.lvs[parent].name);
}

/* Whether the chain above the VDI comes back to it. */
static bool is_circle(const struct vdis *vdis, const struct vdi *vdi)
{
	uint32_t at = vdi->parent;

	for (uint32_t steps = 0; at != VDI_NONE && steps < MAX_CHAIN; steps++) {
		if (&vdis->items[at] == vdi)
			return true;
		at = vdis->items[at].parent;
	}
	return at != VDI_NONE;
}

static void check_chain(const struct check *c, uint32_t i)
{
	const struct snapshot_lv *info = &c->snap->lvs[i];
	const char *lv = c->snap->vg.lvs[i].name;

	if (!info->has_parent) {
		finding_add(c->out, FINDING_ERROR, lv,
			    "it is a differencing VHD, but names no VDI as "
			    "its parent");
		return;
	}
	check_parent_names(c, i);
	if (!has_volume(c, &info->parent))
		finding_add(c->out, FINDING_ERROR, lv,
			    "its parent %s is not on this LUN",
			    uuid_string(&info->parent).chars);
	else if (is_circle(&c->snap->vdis, find_vdi(c, &info->vdi)))
		finding_add(c->out, FINDING_ERROR, lv,
			    "it is its own parent, by way of its chain, or "
			    "that is endless");
	else
		check_parent_uuid(c, i, find_vdi(c, &info->parent)->lv);
}

static void check_vhd(const struct check *c, uint32_t i)
{
	const struct snapshot_lv *info = &c->snap->lvs[i];
	const char *lv = c->snap->vg.lvs[i].name;

	if (!info->is_vhd) {
		finding_add(c->out, FINDING_WARNING, lv,
			    "it holds no VHD: it was made, but never "
			    "formatted");
		return;
	}
	check_footer(c, i);
	if (info->footer.type != VHD_FIXED && !info->has_header &&
	    !info->footer.poisoned)
		finding_add(c->out, FINDING_ERROR, lv,
			    "its VHD header is damaged");
	if (info->footer.poisoned)
		finding_add(c->out, FINDING_NOTE, lv,
			    "a resize of it is in flight");
	if (info->footer.type == VHD_DIFFERENCING && info->has_header)
		check_chain(c, i);
}

static void check_cbtlog(const struct check *c, uint32_t i)
{
	const struct snapshot_lv *info = &c->snap->lvs[i];

	if (info->has_vdi && !has_volume(c, &info->vdi))
		finding_add(c->out, FINDING_NOTE, c->snap->vg.lvs[i].name,
			    "the VDI of this changed-block log is not on this "
			    "LUN; its data was deleted");
}

static void check_lv(const struct check *c, uint32_t i)
{
	const struct snapshot_lv *info = &c->snap->lvs[i];

	switch (info->kind) {
	case LV_VHD:
		check_vhd(c, i);
		break;
	case LV_CBTLOG:
		check_cbtlog(c, i);
		break;
	case LV_JOURNAL:
	case LV_JVHD:
		finding_add(c->out, FINDING_NOTE, c->snap->vg.lvs[i].name,
			    "an operation of the storage manager is in "
			    "flight; it completes it when the SR is attached");
		break;
	case LV_MGT:
	case LV_RAW:
	case LV_FOREIGN:
		break;
	}
}

/* ---- MGT ---- */

static void check_record(const struct check *c, const struct vdi *vdi)
{
	if (vdi->role == VDI_RECORD_ONLY)
		finding_add(c->out, FINDING_WARNING, "MGT",
			    "VDI %s has a record, but no LV: the storage "
			    "manager drops it",
			    uuid_string(&vdi->uuid).chars);
	if (vdi->records > 1)
		finding_add(c->out, FINDING_ERROR, "MGT",
			    "VDI %s has two records",
			    uuid_string(&vdi->uuid).chars);
	if (vdi->lv != VDI_NONE && !vdi->record)
		finding_add(c->out, FINDING_NOTE,
			    c->snap->vg.lvs[vdi->lv].name,
			    "it has no record in MGT");
}

static void check_mgt(const struct check *c)
{
	const struct snapshot *snap = c->snap;

	if (!snap->mgt_lv || snap->mgt_header.blank) {
		finding_add(c->out, FINDING_NOTE, "MGT",
			    "there are no records of VDIs; the storage "
			    "manager makes them when the SR is attached");
		return;
	}
	if (snap->mgt.has_sr && !uuid_equal(&snap->mgt.sr.uuid, &snap->vg.sr))
		finding_add(c->out, FINDING_ERROR, "MGT",
			    "it is of SR %s, the VG of %s",
			    uuid_string(&snap->mgt.sr.uuid).chars,
			    uuid_string(&snap->vg.sr).chars);
	for (uint32_t i = 0; i < snap->vdis.count; i++)
		check_record(c, &snap->vdis.items[i]);
}

void check_sr(const struct snapshot *snap, struct findings *out)
{
	const struct check c = { snap, out };

	for (uint32_t i = 0; i < snap->vg.lv_count; i++)
		check_lv(&c, i);
	check_mgt(&c);
}

void check_journal(const struct report_journal *journal, struct findings *out)
{
	switch (journal->found) {
	case JOURNAL_NONE:
		break;
	case JOURNAL_DAMAGED:
		finding_add(out, FINDING_ERROR, "journal",
			    "the journal of an interrupted resign is damaged; "
			    "make a new clone");
		break;
	case JOURNAL_SOUND:
		if (journal->head.state == JOURNAL_COMMITTED)
			finding_add(out, FINDING_ERROR, "journal",
				    "a resign to SR %s was interrupted; "
				    "recover completes it",
				    uuid_string(&journal->head.new_sr).chars);
		else
			finding_add(out, FINDING_NOTE, "journal",
				    "a resign was begun, but changed nothing");
		break;
	}
}
