// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A snapshot of a LUN's metadata: all blocks that were read and what they say,
 * in one owner. Later code reads it and never changes it.
 *
 * Parsing asks for what it has not got: snapshot_parse works on the blocks that
 * are there, and lists the ranges it needs next. Its caller reads those, all at
 * once, and calls again. So this code does no I/O, the reads of a thousand VHD
 * headers go out together, and the same code reads a LUN, checks a plan and
 * verifies a result.
 */
#ifndef SR_SNAPSHOT_H
#define SR_SNAPSHOT_H

#include "base/error.h"
#include "format/lv_name.h"
#include "format/lvm_label.h"
#include "format/lvm_mda.h"
#include "format/lvm_vg.h"
#include "format/mgt.h"
#include "format/qcow2.h"
#include "format/vhd.h"
#include "sr/image.h"
#include "sr/vdis.h"
#include "sr/want.h"

/* What one LV holds that names others; parallel to vg.lvs. */
struct snapshot_lv {
	enum lv_kind kind;

	bool has_vdi;	 /* a volume, or a cbt log: VHD-<vdi> … */
	struct uuid vdi; /* the VDI that the LV belongs to */

	/* LV_VHD and LV_QCOW2, if is_image: it was formatted */
	bool is_image;
	uint64_t disk_size; /* what a VM sees, in bytes */
	/* Where it names its parent: the header, then a VHD's locators. */
	struct parent_name names[VHD_LOCATORS + 1];
	unsigned name_count;
	bool is_child;	 /* by its type it is based on another volume */
	bool has_parent; /* a name names a VDI; a locator goes first */
	struct uuid parent;
	bool names_differ; /* another name names another VDI */

	/* LV_VHD, if is_image */
	bool has_footer;     /* at one of its ends */
	bool footer_is_last; /* at byte 0 there is no sound one */
	struct vhd_footer footer;
	bool has_header;	/* then names[0] is in it */
	struct uuid parent_vhd; /* the parent's footer.uuid, or zero */

	/* LV_CBTLOG; zero for none */
	struct uuid cbt_parent, cbt_child;

	/* LV_JOURNAL with its value in the LV */
	size_t value_at, value_len; /* 0 if there is none */

	/* LV_JVHD: how much of it was read */
	size_t jvhd_len;
};

struct snapshot {
	struct image image;
	uint64_t lun_size; /* bytes */

	struct lvm_label label;
	struct lvm_mda mdas[LVM_MAX_MDAS];
	unsigned mda_count;
	unsigned newest_mda; /* whose text this is */

	char *text; /* VG text with its NUL, in one piece */
	struct lvm_text tree;
	struct lvm_vg vg;
	struct snapshot_lv *lvs;

	const struct lvm_lv *mgt_lv; /* in vg; NULL if there is no MGT */
	struct mgt_header mgt_header;
	uint8_t *mgt_bytes;
	struct mgt mgt;

	struct vdis vdis;
};

/* Begins with no blocks. */
void snapshot_init(struct snapshot *snap, uint64_t lun_size,
		   uint32_t block_size);

/* Parses snap->image anew. 0 and wants empty: complete. 0 and wants: put those
 * blocks into snap->image and call again. -1: ERROR_LUN_CONTENT with what was
 * found and what to do. `wants` is emptied first. */
int snapshot_parse(struct snapshot *snap, struct want_list *wants,
		   struct error *err);

/* Its part that looks into the LVs (snapshot_lvs.c): MGT, VHD headers, journals.
 * Same contract; snap->vg is parsed and its layout checked. */
int snapshot_parse_lvs(struct snapshot *snap, struct want_list *wants,
		       struct error *err);

void snapshot_free(struct snapshot *snap);

/* Whether the LV holds a VDI's data. */
bool snapshot_is_volume(const struct snapshot_lv *info);

/* Whether LVM uses this metadata area. */
bool snapshot_mda_in_use(const struct lvm_mda *mda);

#endif
