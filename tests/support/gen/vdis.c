// SPDX-License-Identifier: LGPL-2.1-only
/*
 * VDIs: trees of VHDs or QCOW2 images of any depth, raw ones, raw parents.
 */
#include <string.h>

#include "gen.h"

#define MIB (1u << 20)

struct glv *add_lv(struct sr *sr, enum content content, uint64_t bytes,
		   const char *name)
{
	struct glv *lv;

	sr->lvs = grow(sr->lvs, sr->lv_count, sizeof(*sr->lvs));
	lv = &sr->lvs[sr->lv_count++];
	memset(lv, 0, sizeof(*lv));
	snprintf(lv->name, sizeof(lv->name), "%s", name);
	make_lvm_id(lv->id);
	lv->content = content;
	lv->extents = (bytes + sr->extent_size - 1) / sr->extent_size;
	lv->vdi = -1;
	return lv;
}

void lv_name_of(const struct sr *sr, const struct gvdi *vdi, bool mapper,
		char *to, size_t room)
{
	char sr_text[UUID_LEN * 2], vdi_text[UUID_LEN * 2];
	const char *prefix = vdi->raw ? "LV" : vdi->qcow2 ? "QCOW2" : "VHD";
	const char *from[2] = { sr->uuid, vdi->uuid };
	char *doubled[2] = { sr_text, vdi_text };

	if (!mapper) {
		snprintf(to, room, "%s-%s", prefix, vdi->uuid);
		return;
	}
	for (int i = 0; i < 2; i++) {
		char *p = doubled[i];

		for (const char *c = from[i]; *c; c++) {
			*p++ = *c;
			if (*c == '-')
				*p++ = '-';
		}
		*p = 0;
	}
	snprintf(to, room, "VG_XenStorage--%s-%s--%s", sr_text, prefix,
		 vdi_text);
}

static uint64_t some_size(const struct sr *sr)
{
	if (sr->extent_size < MIB)
		return between(16, 200) * 1024;
	return between(1, 5) * sr->extent_size;
}

static int add_vdi(struct sr *sr, int parent)
{
	struct gvdi *v;

	sr->vdis = grow(sr->vdis, sr->vdi_count, sizeof(*sr->vdis));
	v = &sr->vdis[sr->vdi_count];
	memset(v, 0, sizeof(*v));
	make_uuid(v->uuid);
	v->parent = parent;
	v->in_mgt = v->has_lv = true;
	v->type = "user";
	return (int)sr->vdi_count++;
}

static struct glv *add_vdi_lv(struct sr *sr, int i, enum content content)
{
	char name[128];
	struct glv *lv;

	lv_name_of(sr, &sr->vdis[i], false, name, sizeof(name));
	lv = add_lv(sr, content, some_size(sr), name);
	lv->vdi = i;
	if (sr->vdis[i].hidden) {
		lv->tags = chance(80) ? "\"hidden\"" : NULL;
		lv->read_only = chance(80);
	}
	return lv;
}

static enum content root_content(const struct sr *sr)
{
	if (sr->pool && sr->extent_size >= MIB && chance(15))
		return C_VHD_QEMU;
	if (chance(4))
		return C_VHD_FIXED;
	if (chance(3))
		return C_NOTHING; /* made, never formatted */
	return C_VHD_DYNAMIC;
}

/* Larger than any image of the pool. */
static void add_qcow2_lv(struct sr *sr, int i)
{
	struct glv *lv = add_vdi_lv(sr, i, C_QCOW2);
	uint64_t bytes = between(8, 16) * 128 * 1024;

	lv->extents = (bytes + sr->extent_size - 1) / sr->extent_size;
}

/* A VDI and all that descends from it: VHDs or QCOW2 images, the first perhaps
 * a raw one. */
static void add_tree(struct sr *sr, int parent, bool qcow2, unsigned depth,
		     unsigned *budget)
{
	int i = add_vdi(sr, parent);
	bool has_children = depth > 0 && *budget > 0;
	unsigned children;

	sr->vdis[i].raw = parent < 0 && chance(has_children ? 15 : 25);
	sr->vdis[i].qcow2 = qcow2 && !sr->vdis[i].raw;
	sr->vdis[i].hidden = has_children;
	if (sr->vdis[i].qcow2)
		add_qcow2_lv(sr, i);
	else if (parent < 0)
		add_vdi_lv(sr, i,
			   sr->vdis[i].raw ? C_PAYLOAD : root_content(sr));
	else
		add_vdi_lv(sr, i, C_VHD_CHILD);
	if (!has_children)
		return;
	children = chance(60) ? 2 : (unsigned)between(1, 4);
	while (children-- && *budget) {
		--*budget;
		add_tree(sr, i, qcow2, depth - 1, budget);
	}
}

/* Which VDI is a snapshot of which; some of what no longer exists. */
static void relate_snapshots(struct sr *sr)
{
	for (size_t i = 0; i < sr->vdi_count; i++) {
		struct gvdi *v = &sr->vdis[i];

		if (v->hidden || !chance(40))
			continue;
		if (chance(25))
			make_uuid(v->snapshot_of);
		else
			strcpy(v->snapshot_of,
			       sr->vdis[below(sr->vdi_count)].uuid);
	}
}

static void add_special(struct sr *sr, const char *type)
{
	int i = add_vdi(sr, -1);

	sr->vdis[i].raw = true;
	sr->vdis[i].type = type;
	add_vdi_lv(sr, i, C_PAYLOAD);
	say(sr, "%s", type);
}

void plan_vdis(struct sr *sr)
{
	unsigned trees = (unsigned)below(5), deepest = 0;
	bool has_qcow2 = false, may_qcow2 = sr->pool && chance(15);

	if (chance(1))
		trees = (unsigned)between(100, 250);
	if (sr->trees)
		trees = sr->trees;
	while (trees--) {
		unsigned depth = chance(40) ? 0 : (unsigned)between(1, 4);
		unsigned budget = depth ? (unsigned)between(depth, 8) : 0;
		bool qcow2;

		if (sr->trees) {
			depth = 3;
			budget = 3;
		} else if (chance(3)) {
			depth = 30;
			budget = 30;
		}
		if (depth > deepest)
			deepest = depth;
		qcow2 = may_qcow2 && trees < 5 && depth < 30 && chance(60);
		has_qcow2 = has_qcow2 || qcow2;
		add_tree(sr, -1, qcow2, depth, &budget);
	}
	if (has_qcow2) {
		fprintf(sr->shape, "qcow2=1\n");
		say(sr, "QCOW2");
	}
	say(sr, "%zu VDIs up to %u deep", sr->vdi_count, deepest);
	relate_snapshots(sr);
	if (chance(15))
		add_special(sr, "ha_statefile");
	if (chance(15))
		add_special(sr, "redo_log");
	/* A parent that has just gone, as in the middle of a coalesce. */
	if (chance(8)) {
		int gone = add_vdi(sr, -1);

		sr->vdis[gone].has_lv = false;
		sr->vdis[gone].raw = chance(20);
		add_vdi_lv(sr, add_vdi(sr, gone), C_VHD_CHILD);
		say(sr, "a parent that is gone");
	}
}
