// SPDX-License-Identifier: LGPL-2.1-only
#include "report/check.h"

#include "format/uuid_scan.h"
#include "sr/want.h"
#include "sr/refusals.h"

/* Longer chains are none that SM makes (it allows 30). */
#define MAX_CHAIN 1024

struct check {
	const struct snapshot *snap;
	struct findings *out;
};

/* ---- images ---- */

static void check_footer(const struct check *c, uint32_t i)
{
	const struct snapshot_lv *info = &c->snap->lvs[i];
	const char *lv = c->snap->vg.lvs[i].name;

	if (!info->has_footer)
		finding_add(c->out, FINDING_ERROR, lv,
			    "it has lost both copies of its VHD footer");
	else if (!info->footer.is_sound)
		finding_add(c->out, FINDING_ERROR, lv,
			    "the copy of its VHD footer does not match its "
			    "checksum");
	else if (info->footer_is_last)
		finding_add(c->out, FINDING_WARNING, lv,
			    "the copy of its VHD footer at its beginning is "
			    "gone; the footer at its end is sound");
}

/* One of the places that name the parent. */
static void check_parent_name(const struct check *c, uint32_t i, unsigned k)
{
	const struct snapshot_lv *info = &c->snap->lvs[i];
	const struct parent_name *place = &info->names[k];
	const char *lv = c->snap->vg.lvs[i].name;
	const char *where = k		       ? "a parent locator"
			    : info->has_header ? "its header"
					       : "its backing file's name";
	uint8_t bytes[PARENT_NAME_MAX];
	char name[PARENT_NAME_MAX];
	struct uuid_hit hit;
	bool named = false;
	size_t n;

	if (place->encoding == NAME_UNKNOWN ||
	    !lv_get(&c->snap->image, &c->snap->vg, &c->snap->vg.lvs[i],
		    place->at, bytes, place->len))
		return;
	n = parent_name_get(bytes, place->len, place->encoding, name,
			    sizeof(name));
	for (size_t at = 0; uuid_scan(name, n, at, &hit);
	     at = hit.at + hit.len) {
		if (hit.is_sr && !uuid_equal(&hit.uuid, &c->snap->vg.sr))
			finding_add(c->out, FINDING_ERROR, lv,
				    "%s names its parent in another SR, %s: "
				    "where that one is attached, its data "
				    "would be used",
				    where, uuid_string(&hit.uuid).chars);
		if (hit.is_sr)
			continue;
		named = true;
		if (!uuid_equal(&hit.uuid, &info->parent))
			finding_add(c->out, FINDING_ERROR, lv,
				    "%s names another parent, %s, than %s",
				    where, uuid_string(&hit.uuid).chars,
				    uuid_string(&info->parent).chars);
	}
	/* The header's name is not needed: libvhd goes by the locators. */
	if (!named && k)
		finding_add(c->out, FINDING_WARNING, lv,
			    "%s names no VDI as its parent", where);
}

/* tapdisk opens a chain only if each header has the uuid of its parent's
 * footer; a raw parent has none. */
static void check_parent_uuid(const struct check *c, uint32_t i,
			      uint32_t parent)
{
	const struct snapshot_lv *above = &c->snap->lvs[parent];
	struct uuid found = { { 0 } };

	if (above->has_footer)
		found = above->footer.uuid;
	if (!uuid_equal(&c->snap->lvs[i].parent_vhd, &found))
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
	const struct vdis *vdis = &c->snap->vdis;
	const struct vdi *parent = vdis_find_volume(vdis, &info->parent);
	const char *lv = c->snap->vg.lvs[i].name;

	if (!info->has_parent) {
		finding_add(c->out, FINDING_ERROR, lv,
			    "it is based on another volume, but names no VDI "
			    "as its parent");
		return;
	}
	for (unsigned k = 0; k < info->name_count; k++)
		check_parent_name(c, i, k);
	if (!parent)
		finding_add(c->out, FINDING_ERROR, lv,
			    "its parent %s is not on this LUN",
			    uuid_string(&info->parent).chars);
	else if (info->has_vdi && is_circle(vdis, vdis_find(vdis, &info->vdi)))
		finding_add(c->out, FINDING_ERROR, lv,
			    "it is its own parent, by way of its chain, or "
			    "that is endless");
	else if (info->has_header)
		check_parent_uuid(c, i, parent->lv);
}

static void check_image(const struct check *c, uint32_t i)
{
	const struct snapshot_lv *info = &c->snap->lvs[i];

	if (!info->is_image)
		return;
	if (info->kind == LV_VHD && !info->footer.poisoned)
		check_footer(c, i);
	if (info->footer.poisoned)
		finding_add(c->out, FINDING_NOTE, c->snap->vg.lvs[i].name,
			    "a resize of it is in flight");
	if (info->is_child && info->name_count)
		check_chain(c, i);
}

static void check_cbtlog(const struct check *c, uint32_t i)
{
	const struct snapshot_lv *info = &c->snap->lvs[i];

	if (info->has_vdi && !vdis_find_volume(&c->snap->vdis, &info->vdi))
		finding_add(c->out, FINDING_NOTE, c->snap->vg.lvs[i].name,
			    "the VDI of this changed-block log is not on this "
			    "LUN; its data was deleted");
}

static void check_lv(const struct check *c, uint32_t i)
{
	const struct snapshot_lv *info = &c->snap->lvs[i];

	if (lv_kind_is_image(info->kind))
		check_image(c, i);
	else if (info->kind == LV_CBTLOG)
		check_cbtlog(c, i);
	else if (info->kind == LV_TRIM)
		finding_add(c->out, FINDING_NOTE, c->snap->vg.lvs[i].name,
			    "a trim of the free space was interrupted; the "
			    "storage manager removes it at the next trim");
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
		finding_add(c->out, FINDING_NOTE, c->snap->vg.lvs[vdi->lv].name,
			    "it has no record in MGT");
}

static void check_mgt(const struct check *c)
{
	const struct snapshot *snap = c->snap;

	if (snap->mgt_header.broken)
		return;
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

/* Two metadata areas that LVM uses say the same, but where a host has died
 * between writing to them: LVM's own tools then find fault with the VG. */
static void check_areas(const struct check *c)
{
	const struct snapshot *snap = c->snap;
	const struct lvm_raw_locn *a = &snap->mdas[0].text;
	const struct lvm_raw_locn *b = &snap->mdas[1].text;

	if (snap->mda_count == 2 && snapshot_mda_in_use(&snap->mdas[0]) &&
	    snapshot_mda_in_use(&snap->mdas[1]) &&
	    (a->size != b->size || a->crc != b->crc))
		finding_add(c->out, FINDING_ERROR, "VG",
			    "its two metadata areas differ; LVM goes by the "
			    "newer one, and makes them equal at its next "
			    "change");
}

void check_sr(const struct snapshot *snap, struct findings *out)
{
	const struct check c = { snap, out };
	struct error err;

	if (unknown_check(snap, &err))
		finding_add(out, FINDING_ERROR, "VG", "%s", err.text);
	check_areas(&c);
	check_warnings(snap, NULL, FINDING_ERROR, out);
	for (uint32_t i = 0; i < snap->vg.lv_count; i++)
		check_lv(&c, i);
	check_mgt(&c);
}

void check_journal(const struct journal_head *journal, struct findings *out)
{
	switch (journal->state) {
	case JOURNAL_NONE:
	case JOURNAL_FOREIGN:
		break;
	case JOURNAL_DAMAGED:
		finding_add(out, FINDING_ERROR, "journal",
			    "the journal of an interrupted resign is "
			    "damaged; " MAKE_NEW_CLONE);
		break;
	case JOURNAL_COMMITTED:
		finding_add(out, FINDING_ERROR, "journal",
			    "a resign to SR %s was interrupted; recover "
			    "completes it",
			    uuid_string(&journal->new_sr).chars);
		break;
	case JOURNAL_CLAIMED:
		finding_add(out, FINDING_NOTE, "journal",
			    "a resign was begun, but changed nothing");
		break;
	}
}
