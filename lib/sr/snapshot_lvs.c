// SPDX-License-Identifier: LGPL-2.1-only
#include "sr/snapshot_lvs.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "format/cbtlog.h"
#include "format/sm_journal.h"
#include "format/uuid_scan.h"
#include "format/vhd_journal.h"

/* Read at once: footer copy and header of a VHD as libvhd lays them out. */
#define VHD_HEAD_BYTES (VHD_SECTOR + VHD_HEADER_SIZE)

/* Read with MGT's header, so that an SR of a few VDIs needs one read: the
 * SR's sectors and six records. */
#define MGT_HEAD_BYTES 8192

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

static int parse_mgt(struct walk *w, const struct lvm_lv *lv)
{
	struct snapshot *snap = w->snap;
	uint8_t head[MGT_HEAD_BYTES];
	struct mgt_header header;
	uint8_t *bytes;

	if (lv->size < sizeof(head))
		return error_set(w->err, ERROR_LUN_CONTENT,
				 "the MGT volume has %llu bytes; SM's has 4 "
				 "MiB",
				 (unsigned long long)lv->size);
	if (!want(w, lv, 0, head, sizeof(head)))
		return 0;
	if (mgt_parse_header(head, lv->size, &header, w->err))
		return -1;
	bytes = malloc(header.length ? header.length : 1);
	if (!bytes)
		return error_no_memory(w->err);
	if (!want(w, lv, 0, bytes, header.length)) {
		free(bytes);
		return 0;
	}
	snap->mgt_lv = lv;
	snap->mgt_header = header;
	snap->mgt_bytes = bytes;
	return mgt_parse(bytes, &header, &snap->mgt, w->err);
}

/* ---- VHDs ---- */

static int refuse_vhd(struct walk *w, const struct lvm_lv *lv, const char *why)
{
	return error_set(
		w->err, ERROR_LUN_CONTENT,
		"the VHD in LV %s is damaged: %s; its parent cannot be "
		"renamed. Repair or delete the VDI on the original, "
		"then make a new clone",
		lv->name, why);
}

static void parse_parent_name(const uint8_t *header, struct snapshot_lv *info)
{
	char name[VHD_PARENT_NAME_BYTES / 2];
	size_t len =
		vhd_name_get(header + VHD_PARENT_NAME_AT, VHD_PARENT_NAME_BYTES,
			     VHD_UTF16BE, name, sizeof(name));
	struct uuid_hit hit;

	for (size_t at = 0; uuid_scan(name, len, at, &hit);
	     at = hit.at + hit.len) {
		if (!hit.is_sr) {
			info->has_parent = true;
			info->parent = hit.uuid;
		}
	}
}

static bool overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

static int parse_vhd(struct walk *w, const struct lvm_lv *lv,
		     struct snapshot_lv *info)
{
	uint8_t head[VHD_HEAD_BYTES];
	uint8_t header[VHD_HEADER_SIZE];
	uint8_t locator[VHD_LOCATOR_MAX];
	const char *why;

	if (!want(w, lv, 0, head, sizeof(head)))
		return 0;
	info->is_vhd = vhd_parse_footer(head, &info->footer);
	if (!info->is_vhd) {
		/* A VDI.create that was cut short leaves such an LV. */
		log_warning("LV %s holds no VHD; only its name is changed",
			    lv->name);
		return 0;
	}
	if (info->footer.type == VHD_FIXED)
		return 0;
	if (!lvm_lv_has(lv, info->footer.header_at, sizeof(header)))
		return refuse_vhd(w, lv, "its header lies outside the LV");
	if (!want(w, lv, info->footer.header_at, header, sizeof(header)))
		return 0;
	info->has_header = vhd_parse_header(header, &info->header, &why);
	if (!info->has_header) {
		/* Without a parent the header names nobody; in the middle of
		 * a resize its journal holds the good one. */
		if (info->footer.type == VHD_DIFFERENCING &&
		    !info->footer.poisoned)
			return refuse_vhd(w, lv, why);
		log_warning("the VHD in LV %s: %s; left as it is", lv->name,
			    why);
		return 0;
	}
	if (info->footer.type == VHD_DIFFERENCING)
		parse_parent_name(header, info);
	for (unsigned i = 0; i < info->header.locator_count; i++) {
		const struct vhd_locator *loc = &info->header.locators[i];

		if (!lvm_lv_has(lv, loc->at, loc->len))
			return refuse_vhd(w, lv,
					  "a parent locator lies "
					  "outside the LV");
		if (overlap(loc->at, loc->len, 0, VHD_SECTOR) ||
		    overlap(loc->at, loc->len, info->footer.header_at,
			    VHD_HEADER_SIZE))
			return refuse_vhd(
				w, lv, "a parent locator lies in its header");
		want(w, lv, loc->at, locator, loc->len);
	}
	return 0;
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
	struct uuid_hit hit;

	info->kind = lv_name_kind(lv->name, lv->journaler);
	switch (info->kind) {
	case LV_VHD:
	case LV_RAW:
	case LV_CBTLOG:
	case LV_JVHD:
		info->has_vdi = uuid_scan(lv->name, strlen(lv->name), 0, &hit);
		if (info->has_vdi)
			info->vdi = hit.uuid;
		break;
	case LV_FOREIGN:
	case LV_MGT:
	case LV_JOURNAL:
		break;
	}
	switch (info->kind) {
	case LV_MGT:
		return parse_mgt(w, lv);
	case LV_VHD:
		return parse_vhd(w, lv, info);
	case LV_CBTLOG:
		return parse_cbtlog(w, lv, info);
	case LV_JOURNAL:
		return parse_journal(w, lv, info);
	case LV_JVHD:
		return parse_jvhd(w, lv, info);
	case LV_RAW:
	case LV_FOREIGN:
		break;
	}
	return 0;
}

int snapshot_parse_lvs(struct snapshot *snap, struct want_list *wants,
		       struct error *err)
{
	struct walk w = { snap, wants, err };
	uint32_t n = snap->vg.lv_count;

	snap->lvs = calloc(n ? n : 1, sizeof(*snap->lvs));
	if (!snap->lvs)
		return error_no_memory(err);
	for (uint32_t i = 0; i < n; i++) {
		if (parse_lv(&w, &snap->vg.lvs[i], &snap->lvs[i]))
			return -1;
	}
	return wants->count ? 0 : vdis_make(snap, &snap->vdis, err);
}
