// SPDX-License-Identifier: LGPL-2.1-only
#include "sr/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "format/uuid_scan.h"
#include "format/vhd_journal.h"

/* Read at once: footer copy and header of a VHD as libvhd lays them out. */
#define VHD_HEAD_BYTES (VHD_SECTOR + VHD_HEADER_SIZE)

/* Read with MGT's header, so that an SR of a few VDIs needs one read: the
 * SR's sectors and six records. */
#define MGT_HEAD_BYTES 8192

/* Where a footer may be that is not at byte 0. */
#define VHD_TAIL_BYTES 4096

struct walk {
	struct snapshot *snap;
	struct want_list *wants;
	struct error *err;
};

static bool want(struct walk *w, const struct lvm_lv *lv, uint64_t at, void *to,
		 size_t len)
{
	return want_lv_bytes(&w->snap->image, w->wants, &w->snap->vg, lv, at,
			     to, len);
}

/* ---- MGT ---- */

static int parse_mgt(struct walk *w, const struct lvm_lv *lv,
		     struct snapshot_lv *info)
{
	struct snapshot *snap = w->snap;
	uint8_t head[MGT_HEAD_BYTES];
	size_t len = lv->size < sizeof(head) ? (size_t)lv->size : sizeof(head);
	struct mgt_header header;
	uint8_t *bytes;

	(void)info;
	if (!want(w, lv, 0, head, len))
		return 0;
	mgt_parse_header(head, lv->size, &header);
	bytes = alloc_zeroed(header.length, 1);
	if (!want(w, lv, 0, bytes, header.length)) {
		free(bytes);
		return 0;
	}
	snap->mgt_lv = lv;
	snap->mgt_header = header;
	snap->mgt_bytes = bytes;
	mgt_parse(bytes, &header, &snap->mgt);
	return 0;
}

/* ---- images ---- */

static int refuse_image(struct walk *w, const struct lvm_lv *lv,
			const char *why)
{
	return error_set(
		w->err, ERROR_LUN_CONTENT,
		"the %s in LV %s cannot be resigned: %s; its parent cannot be "
		"renamed. Repair or delete the VDI on the original, "
		"then " MAKE_NEW_CLONE,
		lv->kind == LV_VHD ? "VHD" : "QCOW2 image", lv->name, why);
}

/* A VDI.create that was cut short leaves such an LV. One that holds an image of
 * the other kind is none that SM made. */
static int no_image(struct walk *w, const struct lvm_lv *lv,
		    const uint8_t *head)
{
	if (qcow2_has_magic(head))
		return refuse_image(w, lv, "it holds a QCOW2 image");
	if (memcmp(head, "conectix", 8) == 0)
		return refuse_image(w, lv, "it holds a VHD");
	return 0;
}

/* Adds a place that names the parent, and takes note of whom it names. */
static void add_name(struct walk *w, const struct lvm_lv *lv,
		     struct snapshot_lv *info, const struct parent_name *name)
{
	uint8_t bytes[PARENT_NAME_MAX];
	char text[PARENT_NAME_MAX];
	struct uuid_hit hit;
	size_t len;

	info->names[info->name_count++] = *name;
	if (!want(w, lv, name->at, bytes, name->len) ||
	    name->encoding == NAME_UNKNOWN)
		return;
	len = parent_name_get(bytes, name->len, name->encoding, text,
			      sizeof(text));
	for (size_t at = 0; uuid_scan(text, len, at, &hit);
	     at = hit.at + hit.len) {
		if (hit.is_sr)
			continue;
		if (info->has_parent && !uuid_equal(&info->parent, &hit.uuid))
			info->names_differ = true;
		/* The header's name is the first, a locator's goes first. */
		if (!info->has_parent || info->name_count == 2)
			info->parent = hit.uuid;
		info->has_parent = true;
	}
}

static int parse_qcow2(struct walk *w, const struct lvm_lv *lv,
		       struct snapshot_lv *info)
{
	uint8_t head[QCOW2_HEAD];
	struct qcow2 image;
	const char *why;

	if (!want(w, lv, 0, head, sizeof(head)))
		return 0;
	if (!qcow2_has_magic(head))
		return no_image(w, lv, head);
	if (!qcow2_parse(head, sizeof(head), lv->size, &image, &why))
		return refuse_image(w, lv, why);
	info->is_image = true;
	info->disk_size = image.size;
	info->is_child = image.backing.len;
	if (image.backing.len)
		add_name(w, lv, info, &image.backing);
	return 0;
}

/* Where there is no sound footer at byte 0. False if more is to be read. */
static bool find_last_footer(struct walk *w, const struct lvm_lv *lv,
			     const uint8_t *first, struct snapshot_lv *info)
{
	uint8_t tail[VHD_TAIL_BYTES];
	struct vhd_footer last;

	if (!want(w, lv, lv->size - sizeof(tail), tail, sizeof(tail)))
		return false;
	for (size_t at = sizeof(tail); at >= VHD_SECTOR; at -= VHD_SECTOR) {
		if (!vhd_parse_footer(tail + at - VHD_SECTOR, &last) ||
		    !last.is_sound)
			continue;
		info->has_footer = info->footer_is_last = true;
		info->footer = last;
		return true;
	}
	/* No sound one: then the header is where all put it, if it is there. */
	if (vhd_has_header(first + VHD_SECTOR))
		info->footer.header_at = VHD_SECTOR;
	return true;
}

static int parse_locators(struct walk *w, const struct lvm_lv *lv,
			  struct snapshot_lv *info,
			  const struct vhd_header *header)
{
	const struct parent_name name = {
		.at = info->footer.header_at + VHD_PARENT_NAME_AT,
		.len = VHD_PARENT_NAME_BYTES,
		.encoding = NAME_UTF16BE,
	};

	add_name(w, lv, info, &name);
	for (unsigned i = 0; i < header->locator_count; i++) {
		const struct parent_name *loc = &header->locators[i];
		bool fits = lvm_lv_has(lv, loc->at, loc->len);

		if (!fits && loc->encoding == NAME_UNKNOWN)
			continue;
		if (!fits)
			return refuse_image(w, lv,
					    "a parent locator lies outside "
					    "the LV");
		if (ranges_meet(loc->at, loc->len, 0, VHD_SECTOR) ||
		    ranges_meet(loc->at, loc->len, info->footer.header_at,
				VHD_HEADER_SIZE))
			return refuse_image(
				w, lv, "a parent locator lies in its header");
		add_name(w, lv, info, loc);
	}
	return 0;
}

/* Two sound footers must make the same of a VHD: blktap goes by the one at its end,
 * SM's scan by the one at byte 0 (vhd-util scan -f). */
static int check_footers(struct walk *w, const struct lvm_lv *lv,
			 const struct snapshot_lv *info)
{
	const struct vhd_footer *first = &info->footer;
	uint8_t sector[VHD_SECTOR];
	struct vhd_footer last = { 0 };

	if (!want(w, lv, lv->size - sizeof(sector), sector, sizeof(sector)))
		return 0;
	vhd_parse_footer(sector, &last);
	if (!last.is_sound ||
	    (last.type == first->type && last.header_at == first->header_at))
		return 0;
	return refuse_image(w, lv,
			    "its footers, at its beginning and at its end, "
			    "differ in its type or in where its header is");
}

static int parse_vhd(struct walk *w, const struct lvm_lv *lv,
		     struct snapshot_lv *info)
{
	uint8_t head[VHD_HEAD_BYTES];
	uint8_t bytes[VHD_HEADER_SIZE];
	struct vhd_header header;
	const char *why;

	if (!want(w, lv, 0, head, sizeof(head)))
		return 0;
	info->has_footer = vhd_parse_footer(head, &info->footer);
	if (!info->footer.is_sound && !find_last_footer(w, lv, head, info))
		return 0;
	/* The footer at the end may be left of what was there before; but a fixed
	 * VHD begins with whatever its VM wrote. */
	if ((!info->has_footer && !vhd_has_header(head + VHD_SECTOR)) ||
	    (qcow2_has_magic(head) && info->footer.type != VHD_FIXED))
		return no_image(w, lv, head);
	info->is_image = true;
	info->disk_size = info->footer.size;
	if (info->footer.type == VHD_FIXED)
		return check_footers(w, lv, info);
	info->is_child = info->footer.type == VHD_DIFFERENCING;
	if (!lvm_lv_has(lv, info->footer.header_at, sizeof(bytes)))
		return refuse_image(w, lv, "its header lies outside the LV");
	if (!want(w, lv, info->footer.header_at, bytes, sizeof(bytes)))
		return 0;
	info->has_header = vhd_parse_header(bytes, &header, &why);
	if (!info->has_header) {
		/* Without a parent the header names nobody; in the middle of
		 * a resize its journal holds the good one. */
		if (!info->has_footer ||
		    (info->is_child && !info->footer.poisoned))
			return refuse_image(w, lv, why);
		return check_footers(w, lv, info);
	}
	info->parent_vhd = header.parent_uuid;
	if (parse_locators(w, lv, info, &header))
		return -1;
	if (!info->has_footer)
		info->is_child = info->has_parent;
	/* What has no parent by one footer is not asked for the other: a read
	 * of each such disk, of which only a made-up one could tell more. */
	if (!info->is_child && !info->has_parent && !header.locator_count)
		return 0;
	return check_footers(w, lv, info);
}

/* ---- the others ---- */

static int parse_cbtlog(struct walk *w, const struct lvm_lv *lv,
			struct snapshot_lv *info)
{
	uint8_t links[CBTLOG_LINKS_LEN];

	if (!want(w, lv, 0, links, sizeof(links)))
		return 0;
	memcpy(info->cbt_parent.bytes, links + CBTLOG_PARENT_AT,
	       sizeof(info->cbt_parent.bytes));
	memcpy(info->cbt_child.bytes, links + CBTLOG_CHILD_AT,
	       sizeof(info->cbt_child.bytes));
	return 0;
}

static int parse_journal(struct walk *w, const struct lvm_lv *lv,
			 struct snapshot_lv *info)
{
	uint8_t sector[JOURNAL_VALUE_SECTOR];

	if (lv_name_value_is_inside(lv->name) &&
	    want(w, lv, 0, sector, sizeof(sector)) &&
	    !journal_value_find(sector, &info->value_at, &info->value_len))
		info->value_len = 0;
	return 0;
}

static int parse_jvhd(struct walk *w, const struct lvm_lv *lv,
		      struct snapshot_lv *info)
{
	uint8_t head[VHD_JOURNAL_HEAD];

	info->jvhd_len =
		lv->size < sizeof(head) ? (size_t)lv->size : sizeof(head);
	want(w, lv, 0, head, info->jvhd_len);
	return 0;
}

static int parse_lv(struct walk *w, const struct lvm_lv *lv,
		    struct snapshot_lv *info)
{
	/* What other kinds hold needs no look. */
	static int (*const parsers[LV_KINDS])(struct walk * w,
					      const struct lvm_lv *lv,
					      struct snapshot_lv *info) = {
		[LV_MGT] = parse_mgt,	      [LV_VHD] = parse_vhd,
		[LV_QCOW2] = parse_qcow2,     [LV_CBTLOG] = parse_cbtlog,
		[LV_JOURNAL] = parse_journal, [LV_JVHD] = parse_jvhd,
	};
	struct uuid_hit hit;

	info->kind = lv->kind;
	if (lv_kind_is_volume(info->kind) || info->kind == LV_CBTLOG) {
		info->has_vdi = uuid_scan(lv->name, strlen(lv->name), 0, &hit);
		if (info->has_vdi)
			info->vdi = hit.uuid;
	}
	return parsers[info->kind] ? parsers[info->kind](w, lv, info) : 0;
}

int snapshot_parse_lvs(struct snapshot *snap, struct want_list *wants,
		       struct error *err)
{
	struct walk w = { snap, wants, err };
	uint32_t n = snap->vg.lv_count;

	snap->lvs = alloc_zeroed(n, sizeof(*snap->lvs));
	for (uint32_t i = 0; i < n; i++) {
		if (parse_lv(&w, &snap->vg.lvs[i], &snap->lvs[i]))
			return -1;
	}
	if (wants->count == 0)
		vdis_make(snap, &snap->vdis);
	return 0;
}
