// SPDX-License-Identifier: LGPL-2.1-only
/*
 * PV, VG and LV by LV: what lvm2 says of the result against what it says of the
 * original.
 */
#include <string.h>

#include "audit.h"

static void same_number(const char *what, uint64_t old, uint64_t new)
{
	if (old != new)
		problem("%s: was %llu, is %llu", what, (unsigned long long)old,
			(unsigned long long)new);
}

static void check_vg(const struct side *o, const struct side *n)
{
	same_number("pe_start", o->pe_start, n->pe_start);
	same_number("pv_size", o->pv_size, n->pv_size);
	same_number("dev_size", o->dev_size, n->dev_size);
	same_number("pe_count", o->pe_count, n->pe_count);
	same_number("extent_size", o->extent_size, n->extent_size);
	same_number("seqno", o->seqno, n->seqno);
	same_number("metadata areas", o->mda_count, n->mda_count);
	same_number("metadata areas in use", o->mda_used, n->mda_used);
	if (strcmp(o->vg_attr, n->vg_attr) != 0)
		problem("VG attributes: were %s, are %s", o->vg_attr,
			n->vg_attr);
}

static bool same_segments(const struct lv *old, const struct lv *new)
{
	if (old->seg_count != new->seg_count)
		return false;
	for (size_t i = 0; i < old->seg_count; i++) {
		const struct seg *a = &old->segs[i], *b = &new->segs[i];

		if (a->lv_extent != b->lv_extent || a->count != b->count ||
		    a->pv_extent != b->pv_extent)
			return false;
	}
	return true;
}

static void pair_names(const struct lv *old, const struct lv *new)
{
	size_t len = strlen(old->name);

	if (strlen(new->name) != len)
		problem("%s became %s", old->name, new->name);
	else if (old->kind != FOREIGN)
		ids_pair_text(old->name, new->name, len, old->name);
}

/* Once all uuids are known. */
static void check_words(const struct lv *old, const struct lv *new)
{
	char name[sizeof(old->name)];

	memcpy(name, old->name, sizeof(name));
	if (old->kind != FOREIGN)
		ids_renew_text(name, strlen(name));
	if (strcmp(name, new->name) != 0)
		problem("%s became %s, not %s", old->name, new->name, name);
	if (strcmp(old->tags, new->tags) != 0)
		problem("%s: tags \"%s\", not \"%s\"", old->name, new->tags,
			old->tags);
	if (strcmp(old->attr, new->attr) != 0)
		problem("%s: attributes were %s, are %s", old->name, old->attr,
			new->attr);
	same_number(old->name, old->size, new->size);
}

static void list_sites(struct audit *a, const struct lv *old,
		       const struct lv *new)
{
	switch (old->kind) {
	case MGT:
		list_mgt(a, old, new);
		break;
	case VHD:
		list_vhd(a, old, new);
		break;
	case QCOW2:
		list_qcow2(a, old, new);
		break;
	case CBTLOG:
		list_cbtlog(a, old, new);
		break;
	case JOURNAL:
		list_journal(a, old, new);
		break;
	case JVHD:
		list_jvhd(a, old, new);
		break;
	case FOREIGN:
	case RAW:
	case TRIM:
		break;
	}
}

bool check_lvs(struct audit *a)
{
	check_vg(&a->old, &a->new);
	if (a->drops)
		take_dropped(a);
	if (a->old.lv_count != a->new.lv_count) {
		problem("the original has %zu LVs, the result %zu",
			a->old.lv_count, a->new.lv_count);
		return false;
	}
	for (size_t i = 0; i < a->old.lv_count; i++) {
		const struct lv *old = &a->old.lvs[i], *new = &a->new.lvs[i];

		if (!same_segments(old, new)) {
			problem("%s (now %s): its segments differ", old->name,
				new->name);
			return false;
		}
		lvm_ids_pair(old->id, new->id, old->name);
		pair_names(old, new);
		list_sites(a, old, new);
	}
	lvm_ids_pair(a->old.pv_id, a->new.pv_id, "PV");
	lvm_ids_pair(a->old.vg_id, a->new.vg_id, "VG");
	sites_pair(a);
	ids_check();
	lvm_ids_check();
	for (size_t i = 0; i < a->old.lv_count; i++)
		check_words(&a->old.lvs[i], &a->new.lvs[i]);
	return true;
}
