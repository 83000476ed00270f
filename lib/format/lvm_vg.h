// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The VG that its metadata text describes: one PV and its linear LVs, as
 * XenServer makes them. Anything else is refused here, each with its reason; but
 * LVs of other types that are not SM's and have nothing to do with SM's are no
 * business of ours, beyond the extents that they take.
 *
 * Source: lvm2 lib/format_text/import_vsn1.c, flags.c. Sizes in the text are
 * in 512-byte sectors and extents; here they are bytes where named so.
 */
#ifndef FORMAT_LVM_VG_H
#define FORMAT_LVM_VG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/uuid.h"
#include "format/lv_name.h"
#include "format/lvm_text.h"

/* XenServer's VGs are named so, then the SR's uuid. */
#define VG_NAME_PREFIX	   "VG_XenStorage-"
#define VG_NAME_PREFIX_LEN (sizeof(VG_NAME_PREFIX) - 1)
#define VG_NAME_LEN	   (VG_NAME_PREFIX_LEN + UUID_TEXT_LEN)

/* Smaller extents are refused, in bytes. */
#define LVM_MIN_EXTENT 4096

#define LV_NAME_MAX 127 /* LVM's NAME_LEN less the NUL */

struct lvm_segment {
	uint64_t lv_extent; /* first extent in the LV */
	uint64_t count;	    /* extents */
	uint64_t pv_extent; /* first extent on the PV */
};

/* Where a segment lies on the PV. */
struct lvm_place {
	uint64_t pv_extent, count; /* as the segment's */
	uint32_t lv;		   /* in lvs[] */
};

struct lvm_lv {
	char name[LV_NAME_MAX + 1];
	struct lvm_id id;
	enum lv_kind kind;
	bool journaler; /* has SM's tag `journaler` */
	bool hidden;	/* has SM's tag `hidden` */
	uint64_t size;	/* bytes; 0 of a foreign LV that is not linear */
	uint32_t first_segment, segment_count; /* in segments[], LV order */

	struct text_span name_span; /* where these stand in the text */
	struct text_span id_span;
	struct text_span whole; /* the LV's section, name to } */
};

struct lvm_vg {
	struct uuid sr; /* from the name */
	struct lvm_id id;
	struct lvm_id pv_id;
	uint64_t seqno;
	uint64_t extent_size; /* bytes */
	uint64_t pe_start;    /* bytes from the LUN's start */
	uint64_t pe_count;
	uint64_t dev_size; /* of the PV, bytes; 0 if the text does not say */

	struct lvm_lv *lvs;
	uint32_t lv_count;
	struct lvm_segment *segments; /* of all LVs */
	struct lvm_place *places;     /* of all segments, by pv_extent */
	uint32_t segment_count;

	struct text_span name_span;
	struct text_span id_span;
	struct text_span pv_id_span;
};

/* Builds the VG from its text. On success the spans of all identifiers are
 * known, ids and LV names are unique, and every segment lies on the PV and
 * shares no extent, so that offsets can be computed without further checks
 * (lvm_map.h). ERROR_LUN_CONTENT names what is wrong. Free with lvm_vg_free. */
int lvm_vg_parse(const struct lvm_text *text, struct lvm_vg *out,
		 struct error *err);
void lvm_vg_free(struct lvm_vg *vg);

/* Its last part (lvm_vg_check.c): what must hold among the LVs, once each was
 * read. Names and ids are unique, no LV that is not linear is bound to one of
 * SM's, no two share an extent. Makes vg->places. `lvs`: the section of the text
 * that they were read from, in their order, or NULL. ERROR_LUN_CONTENT. */
int lvm_vg_check(const struct lvm_text *text, const struct lvm_node *lvs,
		 struct lvm_vg *vg, struct error *err);

#endif
