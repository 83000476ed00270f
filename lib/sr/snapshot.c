// SPDX-License-Identifier: LGPL-2.1-only
#include "sr/snapshot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/crc.h"

/* The first read: label, and the metadata area's header where LVM puts it. */
#define HEAD_BYTES 8192

void snapshot_init(struct snapshot *snap, uint64_t lun_size,
		   uint32_t block_size)
{
	*snap = (struct snapshot){ .lun_size = lun_size };
	image_init(&snap->image, block_size);
}

static void free_parsed(struct snapshot *snap)
{
	vdis_free(&snap->vdis);
	lvm_text_free(&snap->tree);
	lvm_vg_free(&snap->vg);
	mgt_free(&snap->mgt);
	free(snap->text);
	free(snap->lvs);
	free(snap->mgt_bytes);
	snap->text = NULL;
	snap->lvs = NULL;
	snap->mgt_bytes = NULL;
	snap->mgt_lv = NULL;
	snap->mda_count = 0;
}

void snapshot_free(struct snapshot *snap)
{
	free_parsed(snap);
	image_free(&snap->image);
}

bool snapshot_mda_in_use(const struct lvm_mda *mda)
{
	return !mda->ignored && mda->text.offset != 0;
}

/* ---- the metadata areas ---- */

static int parse_mdas(struct snapshot *snap, struct want_list *wants,
		      struct error *err)
{
	uint8_t header[LVM_MDA_HEADER_SIZE];

	if (snap->label.mda_count == 0)
		return error_set(err, ERROR_LUN_CONTENT,
				 "this PV has no metadata area: its VG is "
				 "described on another LUN only, and cannot be "
				 "resigned from this one");
	for (unsigned i = 0; i < snap->label.mda_count; i++) {
		const struct lvm_area *area = &snap->label.mdas[i];

		if (area->offset < LVM_LABEL_SCAN_BYTES ||
		    area->offset > snap->lun_size ||
		    snap->lun_size - area->offset < LVM_MDA_HEADER_SIZE)
			return error_set(err, ERROR_LUN_CONTENT,
					 "the LVM label names a metadata area "
					 "at byte %" PRIu64
					 ", outside this LUN "
					 "of %" PRIu64 " bytes; is the clone "
					 "complete?",
					 area->offset, snap->lun_size);
		if (!want_bytes(&snap->image, wants, area->offset, header,
				sizeof(header)))
			continue;
		if (lvm_mda_parse(header, area, snap->lun_size, &snap->mdas[i],
				  err))
			return -1;
	}
	if (wants->count)
		return 0;
	snap->mda_count = snap->label.mda_count;
	if (snap->mda_count == 2 &&
	    ranges_meet(snap->mdas[0].area.offset, snap->mdas[0].area.size,
			snap->mdas[1].area.offset, snap->mdas[1].area.size))
		return error_set(err, ERROR_LUN_CONTENT,
				 "the LVM label's two metadata areas "
				 "overlap; " MAKE_NEW_CLONE);
	return 0;
}

/* ---- the VG text ---- */

/* Takes the text of one area out of the ring; NULL with wants if some of it is
 * not there. */
static char *get_text(struct snapshot *snap, const struct lvm_mda *mda,
		      struct want_list *wants)
{
	struct lvm_mda_piece pieces[2];
	unsigned n =
		lvm_mda_pieces(mda, mda->text.offset, mda->text.size, pieces);
	char *text = alloc_zeroed(mda->text.size, 1);
	char *to = text;
	bool all_there = true;

	for (unsigned i = 0; i < n; i++) {
		if (!want_bytes(&snap->image, wants, pieces[i].offset, to,
				pieces[i].len))
			all_there = false;
		to += pieces[i].len;
	}
	if (!all_there) {
		free(text);
		return NULL;
	}
	return text;
}

/* What the text of an area says. */
struct parsed_text {
	char *text;
	uint64_t size;
	uint32_t crc; /* as the area's header has it */
	struct lvm_text tree;
	struct lvm_vg vg;
};

static void parsed_text_free(struct parsed_text *p)
{
	lvm_vg_free(&p->vg);
	lvm_text_free(&p->tree);
	free(p->text);
	*p = (struct parsed_text){ 0 };
}

static struct parsed_text take_text(struct snapshot *snap)
{
	struct parsed_text p = { .text = snap->text,
				 .tree = snap->tree,
				 .vg = snap->vg };

	if (p.text) {
		p.size = snap->mdas[snap->newest_mda].text.size;
		p.crc = snap->mdas[snap->newest_mda].text.crc;
	}
	snap->text = NULL;
	snap->tree = (struct lvm_text){ 0 };
	snap->vg = (struct lvm_vg){ 0 };
	return p;
}

static bool same_text(const struct parsed_text *a, const struct parsed_text *b)
{
	return b->text && a->size == b->size && a->crc == b->crc &&
	       memcmp(a->text, b->text, a->size) == 0;
}

/* `before` is what was parsed the last time: most of the work, and mostly the
 * same text, to the byte. */
static int parse_text(struct parsed_text *p, struct parsed_text *before,
		      struct error *err)
{
	if (same_text(p, before)) {
		free(p->text);
		*p = *before;
		*before = (struct parsed_text){ 0 };
		return 0;
	}
	if (lvm_crc(LVM_CRC_INITIAL, p->text, p->size) != p->crc)
		return error_set(err, ERROR_LUN_CONTENT,
				 "the VG's metadata text does not match its "
				 "checksum; " MAKE_NEW_CLONE);
	return lvm_text_parse(p->text, p->size, &p->tree, err) ||
			       lvm_vg_parse(&p->tree, &p->vg, err)
		       ? -1
		       : 0;
}

/* Of two areas LVM believes the one with the higher seqno: a crash may have
 * come between its writes to the first and the second. */
static int parse_texts(struct snapshot *snap, struct parsed_text *before,
		       struct want_list *wants, struct error *err)
{
	struct parsed_text newest = { 0 };
	bool have = false;

	for (unsigned i = 0; i < snap->mda_count; i++) {
		const struct lvm_mda *mda = &snap->mdas[i];
		struct parsed_text p = { .size = mda->text.size,
					 .crc = mda->text.crc };

		if (!snapshot_mda_in_use(mda))
			continue;
		p.text = get_text(snap, mda, wants);
		if (!p.text)
			continue;
		if (same_text(&p, &newest)) {
			parsed_text_free(&p);
			continue;
		}
		if (parse_text(&p, before, err)) {
			parsed_text_free(&p);
			parsed_text_free(&newest);
			return -1;
		}
		if (have && newest.vg.seqno >= p.vg.seqno) {
			parsed_text_free(&p);
			continue;
		}
		parsed_text_free(&newest);
		newest = p;
		have = true;
		snap->newest_mda = i;
	}
	if (wants->count) {
		parsed_text_free(&newest);
		return 0;
	}
	if (!have)
		return error_set(err, ERROR_LUN_CONTENT,
				 "this PV belongs to no VG; give the clone of "
				 "a LUN that holds an lvmoiscsi SR");
	snap->text = newest.text;
	snap->tree = newest.tree;
	snap->vg = newest.vg;
	return 0;
}

static int check_layout(const struct snapshot *snap, struct error *err)
{
	const struct lvm_vg *vg = &snap->vg;
	uint64_t end = lvm_map_end(vg);

	if (!lvm_id_equal(&vg->pv_id, &snap->label.pv_id))
		return error_set(
			err, ERROR_LUN_CONTENT,
			"the PV id in the LVM label is not the one in "
			"the VG's metadata: this LUN is no longer a PV "
			"of that VG; " MAKE_NEW_CLONE);
	if (end > snap->lun_size)
		return error_set(err, ERROR_LUN_CONTENT,
				 "the LVs reach to byte %" PRIu64 ", this LUN "
				 "ends at %" PRIu64
				 ": the clone is cut off; " MAKE_NEW_CLONE,
				 end, snap->lun_size);
	if (vg->pe_start < LVM_LABEL_SCAN_BYTES ||
	    vg->pe_start < snap->image.block_size)
		return error_set(err, ERROR_LUN_CONTENT,
				 "the VG's data begins beside the LVM label");
	for (unsigned i = 0; i < snap->mda_count; i++) {
		const struct lvm_area *area = &snap->mdas[i].area;

		if (ranges_meet(area->offset, area->size, vg->pe_start,
				end - vg->pe_start))
			return error_set(err, ERROR_LUN_CONTENT,
					 "an LVM metadata area lies among the "
					 "LVs' data; " MAKE_NEW_CLONE);
	}
	return 0;
}

static int parse_image(struct snapshot *snap, struct parsed_text *before,
		       struct want_list *wants, struct error *err)
{
	uint8_t head[HEAD_BYTES];

	if (snap->lun_size < HEAD_BYTES)
		return error_set(err, ERROR_LUN_CONTENT,
				 "this LUN has %" PRIu64 " bytes, too few for "
				 "an SR; give the clone of a LUN that holds an "
				 "lvmoiscsi SR",
				 snap->lun_size);
	if (!want_bytes(&snap->image, wants, 0, head, sizeof(head)))
		return 0;
	if (lvm_label_find(head, &snap->label, err) ||
	    parse_mdas(snap, wants, err))
		return -1;
	if (wants->count)
		return 0;
	if (parse_texts(snap, before, wants, err))
		return -1;
	if (wants->count)
		return 0;
	if (check_layout(snap, err))
		return -1;
	return snapshot_parse_lvs(snap, wants, err);
}

int snapshot_parse(struct snapshot *snap, struct want_list *wants,
		   struct error *err)
{
	struct parsed_text before = take_text(snap);
	int result;

	free_parsed(snap);
	wants->count = 0;
	result = parse_image(snap, &before, wants, err);
	if (result)
		free_parsed(snap);
	parsed_text_free(&before);
	return result;
}

bool snapshot_is_volume(const struct snapshot_lv *info)
{
	return info->has_vdi && lv_kind_is_volume(info->kind);
}
