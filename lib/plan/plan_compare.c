// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Whether a LUN is what a plan meant it to be. Goes by what the LUN's
 * structures say when parsed anew, not by the bytes that were planned.
 */
#include <string.h>

#include "format/uuid_scan.h"
#include "plan/plan_parts.h"

static int differs(struct error *err, const char *what, const char *name)
{
	return error_set(err, ERROR_INTERNAL,
			 "after the resign %s%s%s is not what was planned",
			 what, *name ? " of LV " : "", name);
}

static bool renewed(const struct plan *plan, const struct uuid *old,
		    const struct uuid *now)
{
	struct uuid expected = *old;

	return (uuid_is_zero(old) || idmap_find(&plan->ids, old, &expected)) &&
	       uuid_equal(&expected, now);
}

/* A link to a log that was dropped is zero now. */
static bool link_renewed(const struct plan *plan, const struct uuid *old,
			 const struct uuid *now)
{
	return renewed(plan, old, now) ||
	       (uuid_is_zero(now) && plan_drops_log(plan, old));
}

static bool same_segments(const struct lvm_vg *a, const struct lvm_lv *la,
			  const struct lvm_vg *b, const struct lvm_lv *lb)
{
	return la->segment_count == lb->segment_count &&
	       memcmp(&a->segments[la->first_segment],
		      &b->segments[lb->first_segment],
		      la->segment_count * sizeof(*a->segments)) == 0;
}

/* A name may differ in its uuids only, each of which has its new value. */
static bool name_is_renewed(const struct plan *plan, const char *old,
			    const char *now, bool kept)
{
	struct uuid_hit a, b;
	size_t len = strlen(old), at = 0;

	if (kept)
		return strcmp(old, now) == 0;
	if (strlen(now) != len)
		return false;
	for (; uuid_scan(old, len, at, &a); at = a.at + a.len) {
		if (!uuid_scan(now, len, at, &b) || a.at != b.at ||
		    a.len != b.len || !renewed(plan, &a.uuid, &b.uuid) ||
		    memcmp(old + at, now + at, a.at - at) != 0)
			return false;
	}
	return memcmp(old + at, now + at, len - at) == 0;
}

/* Old LV number i is number j now. */
static int compare_lv(const struct plan *plan, uint32_t i,
		      const struct snapshot *result, uint32_t j,
		      struct error *err)
{
	const struct lvm_vg *vg = &plan->from->vg;
	const struct lvm_lv *old = &vg->lvs[i];
	const struct lvm_lv *now = &result->vg.lvs[j];
	const struct snapshot_lv *a = &plan->from->lvs[i];
	const struct snapshot_lv *b = &result->lvs[j];

	if (!name_is_renewed(plan, old->name, now->name, a->kind == LV_FOREIGN))
		return differs(err, "the name", old->name);
	if (!lvm_id_equal(&now->id, &plan->ids.lvs[i]) ||
	    lvm_id_equal(&now->id, &old->id))
		return differs(err, "the LVM id", old->name);
	if (old->journaler != now->journaler || old->hidden != now->hidden ||
	    a->kind != b->kind)
		return differs(err, "the kind", old->name);
	if (!same_segments(vg, old, &result->vg, now))
		return differs(err, "the place", old->name);
	if (a->is_image != b->is_image || a->has_header != b->has_header ||
	    a->name_count != b->name_count || a->is_child != b->is_child ||
	    a->names_differ != b->names_differ ||
	    a->has_parent != b->has_parent ||
	    (a->has_parent && !renewed(plan, &a->parent, &b->parent)))
		return differs(err, "the parent", old->name);
	if (!link_renewed(plan, &a->cbt_parent, &b->cbt_parent) ||
	    !link_renewed(plan, &a->cbt_child, &b->cbt_child))
		return differs(err, "the links", old->name);
	if (a->value_len != b->value_len)
		return differs(err, "the journal's value", old->name);
	return 0;
}

static int compare_mgt(const struct plan *plan, const struct snapshot *result,
		       struct error *err)
{
	const struct mgt *a = &plan->from->mgt, *b = &result->mgt;

	if (!plan->from->mgt_lv != !result->mgt_lv || a->has_sr != b->has_sr ||
	    a->vdi_count != b->vdi_count ||
	    (a->has_sr && !uuid_equal(&b->sr.uuid, &plan->ids.new_sr)))
		return differs(err, "MGT", "");
	for (uint32_t i = 0; i < a->vdi_count; i++) {
		const struct mgt_vdi *x = &a->vdis[i], *y = &b->vdis[i];

		if (x->has_snapshot_of != y->has_snapshot_of ||
		    x->is_a_snapshot != y->is_a_snapshot ||
		    x->managed != y->managed ||
		    (x->deleted || plan_drops_record(plan, x)) != y->deleted ||
		    !renewed(plan, &x->uuid.uuid, &y->uuid.uuid) ||
		    (x->has_snapshot_of && !renewed(plan, &x->snapshot_of.uuid,
						    &y->snapshot_of.uuid)))
			return differs(err, "a VDI's record in MGT", "");
	}
	return 0;
}

int plan_compare(const struct plan *plan, const struct snapshot *result,
		 struct error *err)
{
	const struct lvm_vg *a = &plan->from->vg, *b = &result->vg;
	uint32_t j = 0;

	if (!uuid_equal(&b->sr, &plan->ids.new_sr) || a->seqno != b->seqno ||
	    a->extent_size != b->extent_size || a->pe_start != b->pe_start ||
	    a->pe_count != b->pe_count)
		return differs(err, "the VG", "");
	if (!lvm_id_equal(&b->id, &plan->ids.vg) ||
	    lvm_id_equal(&b->id, &a->id))
		return differs(err, "the VG's LVM id", "");
	if (!lvm_id_equal(&result->label.pv_id, &plan->ids.pv) ||
	    lvm_id_equal(&b->pv_id, &a->pv_id))
		return differs(err, "the PV's LVM id", "");
	for (uint32_t i = 0; i < a->lv_count; i++) {
		if (plan->dropped[i])
			continue;
		if (j == b->lv_count)
			return differs(err, "the number of LVs", "");
		if (compare_lv(plan, i, result, j++, err))
			return -1;
	}
	if (j != b->lv_count)
		return differs(err, "the number of LVs", "");
	return compare_mgt(plan, result, err);
}
