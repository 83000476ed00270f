// SPDX-License-Identifier: LGPL-2.1-only
#include "format/lvm_vg.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
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

static int damaged(struct build *b, const char *what)
{
	struct text_span name = b->vg->name_span;

	return error_set(b->err, ERROR_LUN_CONTENT,
			 "VG %.*s: its metadata text is damaged: "
			 "%s; " MAKE_NEW_CLONE,
			 (int)name.len, b->text->bytes + name.at, what);
}

static int damaged_lv(struct build *b, const struct lvm_lv *lv,
		      const char *what)
{
	return error_set(
		b->err, ERROR_LUN_CONTENT,
		"the VG's metadata text is damaged: LV %s: %s; " MAKE_NEW_CLONE,
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

/* Whether the section's status holds words of the list alone: LVM reads no VG
 * with others (lib/format_text/flags.c). */
static bool status_is_known(const struct lvm_text *t,
			    const struct lvm_node *section,
			    const char *const *words)
{
	const struct lvm_node *node = lvm_text_child(t, section, "status");

	if (!node)
		return false;
	for (uint32_t i = 0; i < node->value_count; i++) {
		const struct lvm_value *v = &t->values[node->first_value + i];
		const char *const *word = words;

		while (*word && !lvm_text_span_is(t, v->span, *word))
			word++;
		if (!*word)
			return false;
	}
	return true;
}

static bool is_one_of(const struct lvm_text *t, const struct lvm_node *node,
		      const char *const *names)
{
	while (*names && !lvm_text_span_is(t, node->name, *names))
		names++;
	return *names;
}

static bool is_of_kind(const struct lvm_node *node, const struct lvm_value *v,
		       enum lvm_value_kind kind)
{
	for (uint32_t i = 0; i < node->value_count; i++) {
		if (v[node->first_value + i].kind != kind)
			return false;
	}
	return !node->is_section;
}

/* What is wrong with a section, of the VG, its PV, an LV or a segment, so that LVM
 * reads no VG with it (lib/format_text/import_vsn1.c); NULL if nothing. */
static const char *bad_field(const struct lvm_text *t,
			     const struct lvm_node *section)
{
	static const char *const lists[] = { "status", "flags", "tags", NULL };
	static const char *const numbers[] = { "max_lv", "max_pv", "dev_size",
					       "creation_time", NULL };
	uint64_t n;

	for (const struct lvm_node *c = lvm_text_first(t, section); c;
	     c = lvm_text_next(t, c)) {
		if (is_one_of(t, c, lists) &&
		    !is_of_kind(c, t->values, LVM_VALUE_STRING))
			return "its status, flags or tags are not all words";
		if (is_one_of(t, c, numbers) &&
		    (c->value_count != 1 ||
		     !lvm_value_number(t, &t->values[c->first_value], &n)))
			return "a number of it is none";
	}
	if (!lvm_text_child(t, section, "creation_time") !=
	    !lvm_text_string(t, section, "creation_host"))
		return "it has no whole creation_time and creation_host";
	return NULL;
}

/* Whether a field is there, and is not this string: LVM takes words for strings,
 * too, that have other quotes or none. */
static bool is_other_than(const struct lvm_text *t,
			  const struct lvm_node *section, const char *name,
			  const char *word)
{
	const struct lvm_value *v = lvm_text_string(t, section, name);

	return lvm_text_child(t, section, name) &&
	       (!v || !lvm_text_span_is(t, v->span, word));
}

/* What LVM wants to find beside the VG (lib/format_text/import.c). */
static int check_format(struct build *b, const struct lvm_node *node)
{
	const struct lvm_text *t = b->text;
	const struct lvm_value *contents = lvm_text_string(t, NULL, "contents");
	uint64_t version;

	if (!contents ||
	    !lvm_text_span_is(t, contents->span, "Text Format Volume Group") ||
	    !lvm_text_number(t, NULL, "version", &version) || version != 1)
		return damaged(b, "LVM takes no text that is not of contents "
				  "\"Text Format Volume Group\" and version 1");
	if (is_other_than(t, node, "format", "lvm2"))
		return damaged(b, "its format is not lvm2");
	if (!lvm_text_child(t, node, "max_lv") ||
	    !lvm_text_child(t, node, "max_pv"))
		return damaged(b, "it has no max_lv or max_pv, without which "
				  "LVM takes none");
	if (bad_field(t, node))
		return damaged(b, bad_field(t, node));
	return 0;
}

static int check_vg_state(struct build *b, const struct lvm_node *node)
{
	static const char *const words[] = { "RESIZEABLE", "READ", "WRITE",
					     NULL };
	const struct lvm_text *t = b->text;
	const struct lvm_node *system_id = lvm_text_child(t, node, "system_id");

	if (lvm_text_list_has(t, node, "status", "EXPORTED"))
		return refuse(b, "it is exported; run vgimport on the "
				 "original, then " MAKE_NEW_CLONE);
	if (lvm_text_list_has(t, node, "status", "CLUSTERED") ||
	    lvm_text_list_has(t, node, "flags", "CLUSTERED") ||
	    is_other_than(t, node, "lock_type", "none"))
		return refuse(b, "it is clustered; XenServer's VGs are not, "
				 "so another cluster may own this LUN");
	if (is_other_than(t, node, "system_id", ""))
		return error_set(
			b->err, ERROR_LUN_CONTENT,
			"the VG has an LVM system_id: %.*s; it belongs to the "
			"host of that name, and no other takes it; clear it on "
			"the original (vgchange --systemid \"\"), "
			"then " MAKE_NEW_CLONE,
			(int)(system_id->whole.len < 64 ? system_id->whole.len
							: 64),
			t->bytes + system_id->whole.at);
	if (lvm_text_list_has(t, node, "status", "PARTIAL"))
		return refuse(b, "it is partial; repair the original, "
				 "then " MAKE_NEW_CLONE);
	if (!status_is_known(t, node, words))
		return refuse(b, "its status is none that LVM gives an SR's "
				 "VG; repair the original, "
				 "then " MAKE_NEW_CLONE);
	return 0;
}

static int parse_pv(struct build *b, const struct lvm_node *vg_node)
{
	static const char *const words[] = { "ALLOCATABLE", NULL };
	const struct lvm_node *pvs =
		lvm_text_child(b->text, vg_node, "physical_volumes");
	const struct lvm_node *pv;
	uint64_t pe_start, dev_size, ba_start = 0, ba_size = 0;

	pv = pvs ? lvm_text_first(b->text, pvs) : NULL;
	if (!pv)
		return damaged(b, "its text lists no PV");
	if (lvm_text_next(b->text, pv))
		return refuse(b, "it spans several PVs; an lvmoiscsi SR has "
				 "one LUN, and a VG of several cannot be "
				 "resigned from one of them");
	if (!get_id(b, pv, &b->vg->pv_id, &b->vg->pv_id_span))
		return damaged(b, "its PV has no id");
	if (lvm_text_list_has(b->text, pv, "flags", "MISSING"))
		return refuse(b, "it is partial, its PV is marked MISSING; "
				 "repair the original, then " MAKE_NEW_CLONE);
	if (!status_is_known(b->text, pv, words))
		return refuse(b, "its PV's status is none that LVM gives an "
				 "SR's PV; repair the original, "
				 "then " MAKE_NEW_CLONE);
	if (bad_field(b->text, pv))
		return damaged(b, bad_field(b->text, pv));
	if (!lvm_text_number(b->text, pv, "pe_start", &pe_start) ||
	    !lvm_text_number(b->text, pv, "pe_count", &b->vg->pe_count) ||
	    pe_start == 0 || pe_start > UINT64_MAX / LVM_SECTOR_SIZE)
		return damaged(b, "its PV has no pe_start or pe_count");
	lvm_text_number(b->text, pv, "ba_start", &ba_start);
	lvm_text_number(b->text, pv, "ba_size", &ba_size);
	if (!ba_start != !ba_size)
		return damaged(b, "half of its PV's bootloader area is told");
	b->vg->pe_start = pe_start * LVM_SECTOR_SIZE;
	if (lvm_text_number(b->text, pv, "dev_size", &dev_size) &&
	    dev_size <= UINT64_MAX / LVM_SECTOR_SIZE)
		b->vg->dev_size = dev_size * LVM_SECTOR_SIZE;
	/* LVM counts in 32 bits; and no offset computed later can overflow. */
	if (b->vg->pe_count > UINT32_MAX ||
	    b->vg->pe_count >
		    (UINT64_MAX - b->vg->pe_start) / b->vg->extent_size)
		return damaged(b,
			       "its PV has more extents than a LUN can hold");
	b->pv_span = pv->name;
	return 0;
}

/* ---- LVs ---- */

static int put_segment(struct build *b, const struct lvm_lv *lv,
		       const struct lvm_segment *seg)
{
	struct lvm_vg *vg = b->vg;

	if (seg->count == 0 || seg->count > vg->pe_count ||
	    seg->pv_extent > vg->pe_count - seg->count)
		return damaged_lv(b, lv, "a segment lies outside the PV");
	vg->segments =
		alloc_more(vg->segments, vg->segment_count, sizeof(*seg));
	vg->segments[vg->segment_count++] = *seg;
	return 0;
}

static bool is_pv(const struct build *b, const struct lvm_value *value)
{
	return value->kind == LVM_VALUE_STRING &&
	       value->span.len == b->pv_span.len &&
	       memcmp(b->text->bytes + value->span.at,
		      b->text->bytes + b->pv_span.at, b->pv_span.len) == 0;
}

static bool is_linear(const struct lvm_text *t, const struct lvm_node *node)
{
	const struct lvm_value *type = lvm_text_string(t, node, "type");
	uint64_t stripe_count;

	return type &&
	       (lvm_text_span_is(t, type->span, "striped") ||
		lvm_text_span_is(t, type->span, "linear")) &&
	       lvm_text_number(t, node, "stripe_count", &stripe_count) &&
	       stripe_count == 1;
}

static int refuse_type(struct build *b, const struct lvm_lv *lv,
		       const struct lvm_node *node)
{
	const struct lvm_value *type = lvm_text_string(b->text, node, "type");

	if (!type)
		return damaged_lv(b, lv, "a segment has no type");
	return error_set(b->err, ERROR_LUN_CONTENT,
			 "LV %s has a segment of type %.*s that is not linear, "
			 "as SM's LVs are; make it so on the original "
			 "(lvconvert), or remove it, then " MAKE_NEW_CLONE,
			 lv->name,
			 (int)(type->span.len < 32 ? type->span.len : 32),
			 b->text->bytes + type->span.at);
}

static int add_segment(struct build *b, const struct lvm_lv *lv,
		       const struct lvm_node *node)
{
	const struct lvm_text *t = b->text;
	const struct lvm_node *stripes = lvm_text_child(t, node, "stripes");
	struct lvm_segment seg;
	const struct lvm_value *pv;

	if (!is_linear(t, node) || !stripes || !stripes->is_array ||
	    stripes->value_count != 2)
		return refuse_type(b, lv, node);
	if (!lvm_text_number(t, node, "start_extent", &seg.lv_extent) ||
	    !lvm_text_number(t, node, "extent_count", &seg.count))
		return damaged_lv(b, lv, "a segment has no extents");
	pv = &t->values[stripes->first_value];
	if (!is_pv(b, pv))
		return damaged_lv(b, lv, "a segment is on an unknown PV");
	if (!lvm_value_number(t, pv + 1, &seg.pv_extent))
		return damaged_lv(b, lv, "a segment lies outside the PV");
	return put_segment(b, lv, &seg);
}

/* The extents of the PV that a segment of whatever type takes itself: pairs of
 * the PV's name and an extent. */
static int add_areas(struct build *b, const struct lvm_lv *lv,
		     const struct lvm_node *segment,
		     const struct lvm_node *field)
{
	const struct lvm_text *t = b->text;
	const struct lvm_value *v = &t->values[field->first_value];
	struct lvm_segment seg = { 0 };
	uint64_t stripes;

	if (!lvm_text_number(t, segment, "extent_count", &seg.count))
		return damaged_lv(b, lv, "a segment has no extents");
	if (lvm_text_number(t, segment, "stripe_count", &stripes) && stripes)
		seg.count = seg.count / stripes + (seg.count % stripes != 0);
	for (uint32_t i = 0; i + 1 < field->value_count; i++) {
		if (is_pv(b, &v[i]) &&
		    lvm_value_number(t, &v[i + 1], &seg.pv_extent) &&
		    put_segment(b, lv, &seg))
			return -1;
	}
	return 0;
}

/* A foreign LV that is not linear: no byte of it is of any interest. */
static int parse_other_segments(struct build *b, struct lvm_lv *lv,
				const struct lvm_node *node)
{
	for (const struct lvm_node *c = lvm_text_first(b->text, node); c;
	     c = lvm_text_next(b->text, c)) {
		const struct lvm_node *field;

		if (!c->is_section)
			continue;
		for (field = lvm_text_first(b->text, c); field;
		     field = lvm_text_next(b->text, field)) {
			if (field->is_array && add_areas(b, lv, c, field))
				return -1;
		}
	}
	lv->segment_count = b->vg->segment_count - lv->first_segment;
	return 0;
}

static bool all_linear(const struct build *b, const struct lvm_node *node)
{
	for (const struct lvm_node *c = lvm_text_first(b->text, node); c;
	     c = lvm_text_next(b->text, c)) {
		if (c->is_section && !is_linear(b->text, c))
			return false;
	}
	return true;
}

static int parse_segments(struct build *b, struct lvm_lv *lv,
			  const struct lvm_node *node)
{
	uint64_t extents = 0, told;

	for (const struct lvm_node *c = lvm_text_first(b->text, node); c;
	     c = lvm_text_next(b->text, c)) {
		if (c->is_section && bad_field(b->text, c))
			return damaged_lv(b, lv, bad_field(b->text, c));
	}
	lv->first_segment = b->vg->segment_count;
	if (lv->kind == LV_FOREIGN && !all_linear(b, node))
		return parse_other_segments(b, lv, node);
	for (const struct lvm_node *c = lvm_text_first(b->text, node); c;
	     c = lvm_text_next(b->text, c)) {
		const struct lvm_segment *seg;

		if (!c->is_section)
			continue;
		if (add_segment(b, lv, c))
			return -1;
		seg = &b->vg->segments[b->vg->segment_count - 1];
		if (seg->lv_extent != extents)
			return damaged_lv(b, lv,
					  "its segments do not follow "
					  "one another");
		extents += seg->count;
	}
	lv->segment_count = b->vg->segment_count - lv->first_segment;
	if (lv->segment_count == 0)
		return damaged_lv(b, lv, "it has no segment");
	if (!lvm_text_number(b->text, node, "segment_count", &told) ||
	    told != lv->segment_count)
		return damaged_lv(b, lv,
				  "it has not as many segments as it "
				  "says");
	lv->size = extents * b->vg->extent_size;
	return 0;
}

static int parse_lv(struct build *b, const struct lvm_node *node,
		    struct lvm_lv *lv)
{
	static const char *const words[] = { "READ", "WRITE", "VISIBLE",
					     "FIXED_MINOR", NULL };

	if (node->name.len > LV_NAME_MAX)
		return damaged(b, "an LV's name is longer than LVM allows");
	memcpy(lv->name, b->text->bytes + node->name.at, node->name.len);
	lv->name_span = node->name;
	lv->whole = node->whole;
	if (!get_id(b, node, &lv->id, &lv->id_span))
		return damaged_lv(b, lv, "it has no id");
	if (bad_field(b->text, node))
		return damaged_lv(b, lv, bad_field(b->text, node));
	if (lvm_text_list_has(b->text, node, "status", "LOCKED"))
		return error_set(b->err, ERROR_LUN_CONTENT,
				 "LV %s is being moved by pvmove: let that end "
				 "on the original, or end it (pvmove --abort), "
				 "then " MAKE_NEW_CLONE,
				 lv->name);
	lv->journaler = lvm_text_list_has(b->text, node, "tags", "journaler");
	lv->hidden = lvm_text_list_has(b->text, node, "tags", "hidden");
	lv->kind = lv_name_kind(lv->name, lv->journaler, &b->vg->sr);
	if (lv->kind != LV_FOREIGN && !status_is_known(b->text, node, words))
		return damaged_lv(b, lv,
				  "its status is none that LVM gives "
				  "SM's LVs");
	return parse_segments(b, lv, node);
}

static int parse_lvs(struct build *b, const struct lvm_node *vg_node)
{
	const struct lvm_node *lvs =
		lvm_text_child(b->text, vg_node, "logical_volumes");
	uint32_t count;
	struct lvm_vg *vg = b->vg;

	if (!lvs)
		return 0; /* an SR that was just made */
	count = count_children(b->text, lvs);
	vg->lvs = alloc_zeroed(count, sizeof(*vg->lvs));
	for (const struct lvm_node *c = lvm_text_first(b->text, lvs); c;
	     c = lvm_text_next(b->text, c)) {
		if (parse_lv(b, c, &vg->lvs[vg->lv_count]))
			return -1;
		vg->lv_count++;
	}
	return 0;
}

static int parse_vg(struct build *b)
{
	const struct lvm_node *node = b->text->nodes;
	uint64_t sectors;

	/* LVM takes the VG's name from the first byte on, before it reads the
	 * text (lib/format_text/format-text.c). */
	if (!node || !node->is_section || node->name.at)
		return error_set(b->err, ERROR_LUN_CONTENT,
				 "the LVM metadata text describes no VG at its "
				 "beginning; " MAKE_NEW_CLONE);
	if (parse_vg_name(b, node) || check_format(b, node) ||
	    check_vg_state(b, node))
		return -1;
	if (!get_id(b, node, &b->vg->id, &b->vg->id_span))
		return damaged(b, "it has no id");
	if (!lvm_text_number(b->text, node, "seqno", &b->vg->seqno))
		return damaged(b, "it has no seqno");
	if (!lvm_text_number(b->text, node, "extent_size", &sectors) ||
	    sectors > UINT32_MAX)
		return damaged(b, "it has no extent_size");
	/* Every LV then holds the first block of what SM keeps in it. */
	if (sectors < LVM_MIN_EXTENT / LVM_SECTOR_SIZE)
		return refuse(b, "its extents are smaller than 4 KiB; SM's "
				 "have 4 MiB");
	b->vg->extent_size = sectors * LVM_SECTOR_SIZE;
	if (parse_pv(b, node) || parse_lvs(b, node))
		return -1;
	return lvm_vg_check(b->text,
			    lvm_text_child(b->text, node, "logical_volumes"),
			    b->vg, b->err);
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
	free(vg->places);
	*vg = (struct lvm_vg){ 0 };
}
