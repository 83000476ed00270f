// SPDX-License-Identifier: LGPL-2.1-only
#include "format/lvm_vg.h"

#include <stdlib.h>
#include <string.h>

#include "format/lvm_label.h"

/* What the parts below work on. */
struct build {
	const struct lvm_text *text;
	struct lvm_vg *vg;
	struct text_span pv_span; /* "pv0": how segments call the PV */
	struct error *err;
};

static int refuse(struct build *b, const char *what)
{
	struct text_span name = b->vg->name_span;

	return error_set(b->err, ERROR_LUN_CONTENT, "VG %.*s: %s",
			 (int)name.len, b->text->bytes + name.at, what);
}

static int damaged_lv(struct build *b, const struct lvm_lv *lv,
		      const char *what)
{
	return error_set(b->err, ERROR_LUN_CONTENT,
			 "the VG's metadata text is damaged: LV %s: %s",
			 lv->name, what);
}

/* A string field that holds an LVM id; its span and value. */
static bool get_id(struct build *b, const struct lvm_node *section,
		   struct lvm_id *id, struct text_span *span)
{
	const struct lvm_value *v = lvm_text_string(b->text, section, "id");

	if (!v || v->span.len != LVM_ID_TEXT_LEN ||
	    !lvm_id_from_text(b->text->bytes + v->span.at, id))
		return false;
	*span = v->span;
	return true;
}

static uint32_t count_children(const struct lvm_text *text,
			       const struct lvm_node *section)
{
	uint32_t n = 0;

	for (const struct lvm_node *c = lvm_text_first(text, section); c;
	     c = lvm_text_next(text, c))
		n++;
	return n;
}

/* ---- the VG itself and its PV ---- */

static int parse_vg_name(struct build *b, const struct lvm_node *node)
{
	const char *name = b->text->bytes + node->name.at;

	if (node->name.len != VG_NAME_LEN ||
	    memcmp(name, VG_NAME_PREFIX, VG_NAME_PREFIX_LEN) != 0 ||
	    !uuid_from_text(name + VG_NAME_PREFIX_LEN, &b->vg->sr))
		return error_set(
			b->err, ERROR_LUN_CONTENT,
			"VG %.*s is not an SR's (" VG_NAME_PREFIX
			"<uuid>); give the clone of a LUN that holds "
			"an lvmoiscsi SR",
			(int)(node->name.len < 64 ? node->name.len : 64), name);
	b->vg->name_span = node->name;
	return 0;
}

static int check_vg_state(struct build *b, const struct lvm_node *node)
{
	const struct lvm_text *t = b->text;
	const struct lvm_value *lock = lvm_text_string(t, node, "lock_type");

	if (lvm_text_list_has(t, node, "status", "EXPORTED"))
		return refuse(b, "it is exported; run vgimport on the "
				 "original, then make a new clone");
	if (lvm_text_list_has(t, node, "status", "CLUSTERED") ||
	    lvm_text_list_has(t, node, "flags", "CLUSTERED") ||
	    (lock && !lvm_text_span_is(t, lock->span, "none")))
		return refuse(b, "it is clustered; XenServer's VGs are not, "
				 "so another cluster may own this LUN");
	if (lvm_text_list_has(t, node, "status", "PARTIAL"))
		return refuse(b, "it is partial; repair the original, then "
				 "make a new clone");
	return 0;
}

static int parse_pv(struct build *b, const struct lvm_node *vg_node)
{
	const struct lvm_node *pvs =
		lvm_text_child(b->text, vg_node, "physical_volumes");
	const struct lvm_node *pv;
	uint64_t pe_start;
	uint32_t count;

	if (!pvs || !pvs->is_section)
		return refuse(b, "its text lists no PV");
	count = count_children(b->text, pvs);
	if (count == 0)
		return refuse(b, "its text lists no PV");
	if (count > 1)
		return refuse(b, "it spans several PVs; an lvmoiscsi SR has "
				 "one LUN, and a VG of several cannot be "
				 "resigned from one of them");
	pv = lvm_text_first(b->text, pvs);
	if (!pv->is_section ||
	    !get_id(b, pv, &b->vg->pv_id, &b->vg->pv_id_span))
		return refuse(b, "its PV has no id");
	if (lvm_text_list_has(b->text, pv, "flags", "MISSING"))
		return refuse(b, "it is partial, its PV is marked MISSING; "
				 "repair the original, then make a new clone");
	if (!lvm_text_number(b->text, pv, "pe_start", &pe_start) ||
	    !lvm_text_number(b->text, pv, "pe_count", &b->vg->pe_count) ||
	    pe_start == 0 || pe_start > UINT64_MAX / LVM_SECTOR_SIZE)
		return refuse(b, "its PV has no pe_start or pe_count");
	b->vg->pe_start = pe_start * LVM_SECTOR_SIZE;
	/* So that no offset computed later can overflow. */
	if (b->vg->pe_count >
	    (UINT64_MAX - b->vg->pe_start) / b->vg->extent_size)
		return refuse(b, "its PV has more extents than a LUN can hold");
	b->pv_span = pv->name;
	return 0;
}

/* ---- LVs ---- */

static int add_segment(struct build *b, const struct lvm_lv *lv,
		       const struct lvm_node *node, uint32_t *room)
{
	const struct lvm_text *t = b->text;
	const struct lvm_value *type = lvm_text_string(t, node, "type");
	const struct lvm_node *stripes = lvm_text_child(t, node, "stripes");
	struct lvm_vg *vg = b->vg;
	struct lvm_segment seg;
	const struct lvm_value *pv, *extent;
	uint64_t stripe_count;

	if (!type)
		return damaged_lv(b, lv, "a segment has no type");
	if (!lvm_text_span_is(t, type->span, "striped"))
		return error_set(
			b->err, ERROR_LUN_CONTENT,
			"LV %s has a segment of type %.*s; an SR's "
			"LVs are linear, other types cannot be "
			"resigned",
			lv->name,
			(int)(type->span.len < 32 ? type->span.len : 32),
			t->bytes + type->span.at);
	if (!lvm_text_number(t, node, "stripe_count", &stripe_count) ||
	    stripe_count != 1 || !stripes || !stripes->is_array ||
	    stripes->value_count != 2)
		return error_set(b->err, ERROR_LUN_CONTENT,
				 "LV %s is striped over several places; an "
				 "SR's LVs are linear",
				 lv->name);
	if (!lvm_text_number(t, node, "start_extent", &seg.lv_extent) ||
	    !lvm_text_number(t, node, "extent_count", &seg.count))
		return damaged_lv(b, lv, "a segment has no extents");
	pv = &t->values[stripes->first_value];
	extent = pv + 1;
	if (pv->kind != LVM_VALUE_STRING || pv->span.len != b->pv_span.len ||
	    memcmp(t->bytes + pv->span.at, t->bytes + b->pv_span.at,
		   pv->span.len) != 0)
		return damaged_lv(b, lv, "a segment is on an unknown PV");
	if (!lvm_value_number(t, extent, &seg.pv_extent) || seg.count == 0 ||
	    seg.count > vg->pe_count ||
	    seg.pv_extent > vg->pe_count - seg.count)
		return damaged_lv(b, lv, "a segment lies outside the PV");

	if (vg->segment_count == *room) {
		uint32_t more = *room ? *room * 2 : 64;
		struct lvm_segment *list =
			reallocarray(vg->segments, more, sizeof(*list));

		if (!list)
			return error_no_memory(b->err);
		vg->segments = list;
		*room = more;
	}
	vg->segments[vg->segment_count++] = seg;
	return 0;
}

static int parse_segments(struct build *b, struct lvm_lv *lv,
			  const struct lvm_node *node, uint32_t *room)
{
	uint64_t extents = 0;

	lv->first_segment = b->vg->segment_count;
	for (const struct lvm_node *c = lvm_text_first(b->text, node); c;
	     c = lvm_text_next(b->text, c)) {
		const struct lvm_segment *seg;

		if (!c->is_section)
			continue;
		if (add_segment(b, lv, c, room))
			return -1;
		seg = &b->vg->segments[b->vg->segment_count - 1];
		if (seg->lv_extent != extents)
			return damaged_lv(b, lv,
					  "its segments do not follow "
					  "one another");
		extents += seg->count;
		/* Each LV has at most all extents, as none are shared. */
		if (extents > b->vg->pe_count)
			return damaged_lv(b, lv, "it is larger than the PV");
	}
	lv->segment_count = b->vg->segment_count - lv->first_segment;
	if (lv->segment_count == 0)
		return damaged_lv(b, lv, "it has no segment");
	lv->size = extents * b->vg->extent_size;
	return 0;
}

static int parse_lv(struct build *b, const struct lvm_node *node,
		    struct lvm_lv *lv, uint32_t *segment_room)
{
	if (node->name.len > LV_NAME_MAX)
		return refuse(b, "an LV's name is longer than LVM allows");
	memcpy(lv->name, b->text->bytes + node->name.at, node->name.len);
	lv->name_span = node->name;
	lv->whole = node->whole;
	if (!node->is_section || !get_id(b, node, &lv->id, &lv->id_span))
		return damaged_lv(b, lv, "it has no id");
	lv->journaler = lvm_text_list_has(b->text, node, "tags", "journaler");
	lv->hidden = lvm_text_list_has(b->text, node, "tags", "hidden");
	return parse_segments(b, lv, node, segment_room);
}

static int parse_lvs(struct build *b, const struct lvm_node *vg_node)
{
	const struct lvm_node *lvs =
		lvm_text_child(b->text, vg_node, "logical_volumes");
	uint32_t count, segment_room = 0;
	struct lvm_vg *vg = b->vg;

	if (!lvs)
		return 0; /* an SR that was just made */
	count = count_children(b->text, lvs);
	vg->lvs = calloc(count ? count : 1, sizeof(*vg->lvs));
	if (!vg->lvs)
		return error_no_memory(b->err);
	for (const struct lvm_node *c = lvm_text_first(b->text, lvs); c;
	     c = lvm_text_next(b->text, c)) {
		if (parse_lv(b, c, &vg->lvs[vg->lv_count], &segment_room))
			return -1;
		vg->lv_count++;
	}
	return 0;
}

/* ---- what must hold among them ---- */

static int compare_names(const void *a, const void *b)
{
	const struct lvm_lv *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int compare_ids(const void *a, const void *b)
{
	const struct lvm_lv *const *x = a, *const *y = b;

	return memcmp((*x)->id.chars, (*y)->id.chars, LVM_ID_LEN);
}

static int compare_places(const void *a, const void *b)
{
	const struct lvm_segment *x = a, *y = b;

	return (x->pv_extent > y->pv_extent) - (x->pv_extent < y->pv_extent);
}

/* Two LVs with one name or id would end with one new name or id. */
static int check_unique(struct build *b)
{
	struct lvm_vg *vg = b->vg;
	const struct lvm_lv **list = calloc(vg->lv_count + 1, sizeof(*list));
	int result = 0;

	if (!list)
		return error_no_memory(b->err);
	for (uint32_t i = 0; i < vg->lv_count; i++)
		list[i] = &vg->lvs[i];
	qsort(list, vg->lv_count, sizeof(*list), compare_names);
	for (uint32_t i = 1; i < vg->lv_count && !result; i++) {
		if (compare_names(&list[i - 1], &list[i]) == 0)
			result = damaged_lv(b, list[i], "it is there twice");
	}
	qsort(list, vg->lv_count, sizeof(*list), compare_ids);
	for (uint32_t i = 1; i < vg->lv_count && !result; i++) {
		if (compare_ids(&list[i - 1], &list[i]) == 0)
			result = damaged_lv(b, list[i],
					    "another LV has its "
					    "id");
	}
	free(list);
	return result;
}

/* Two LVs on one extent: a change to one would damage the other. */
static int check_disjoint(struct build *b)
{
	struct lvm_vg *vg = b->vg;
	struct lvm_segment *sorted;
	int result = 0;

	if (vg->segment_count == 0)
		return 0;
	sorted = calloc(vg->segment_count, sizeof(*sorted));
	if (!sorted)
		return error_no_memory(b->err);
	memcpy(sorted, vg->segments, vg->segment_count * sizeof(*sorted));
	qsort(sorted, vg->segment_count, sizeof(*sorted), compare_places);
	for (uint32_t i = 1; i < vg->segment_count && !result; i++) {
		if (sorted[i - 1].pv_extent + sorted[i - 1].count >
		    sorted[i].pv_extent)
			result = refuse(b, "two LVs share an extent; its text "
					   "is damaged");
	}
	free(sorted);
	return result;
}

static int parse_vg(struct build *b)
{
	const struct lvm_node *node =
		b->text->node_count ? b->text->nodes : NULL;
	uint64_t sectors;

	/* The VG is the one section; fields about the text follow it. */
	while (node && !node->is_section)
		node = lvm_text_next(b->text, node);
	if (!node)
		return error_set(b->err, ERROR_LUN_CONTENT,
				 "the LVM metadata text describes no VG");
	if (parse_vg_name(b, node) || check_vg_state(b, node))
		return -1;
	if (!get_id(b, node, &b->vg->id, &b->vg->id_span))
		return refuse(b, "it has no id");
	if (!lvm_text_number(b->text, node, "seqno", &b->vg->seqno))
		return refuse(b, "it has no seqno");
	if (!lvm_text_number(b->text, node, "extent_size", &sectors) ||
	    sectors > UINT32_MAX)
		return refuse(b, "it has no extent_size");
	/* Every LV then holds the first block of what SM keeps in it. */
	if (sectors < LVM_MIN_EXTENT / LVM_SECTOR_SIZE)
		return refuse(b, "its extents are smaller than 4 KiB; SM's "
				 "have 4 MiB");
	b->vg->extent_size = sectors * LVM_SECTOR_SIZE;
	if (parse_pv(b, node) || parse_lvs(b, node) || check_unique(b))
		return -1;
	return check_disjoint(b);
}

int lvm_vg_parse(const struct lvm_text *text, struct lvm_vg *out,
		 struct error *err)
{
	struct lvm_vg vg = { 0 };
	struct build b = { .text = text, .vg = &vg, .err = err };

	if (parse_vg(&b)) {
		lvm_vg_free(&vg);
		return -1;
	}
	*out = vg;
	return 0;
}

void lvm_vg_free(struct lvm_vg *vg)
{
	free(vg->lvs);
	free(vg->segments);
	*vg = (struct lvm_vg){ 0 };
}

const struct lvm_lv *lvm_vg_find(const struct lvm_vg *vg, const char *name)
{
	for (uint32_t i = 0; i < vg->lv_count; i++) {
		if (strcmp(vg->lvs[i].name, name) == 0)
			return &vg->lvs[i];
	}
	return NULL;
}
