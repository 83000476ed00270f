// SPDX-License-Identifier: LGPL-2.1-only
#include "sr/in_flight.h"

#include <string.h>

#include "format/sm_journal.h"
#include "format/uuid_scan.h"
#include "sr/want.h"

/* The uuids of a journal: of the VDI, then of its value. */
struct journal_ids {
	struct uuid ids[3];
	unsigned count;
};

static void add_ids(const char *text, size_t len, struct journal_ids *out)
{
	struct uuid_hit hit;

	for (size_t at = 0; out->count < 3 && uuid_scan(text, len, at, &hit);
	     at = hit.at + hit.len)
		out->ids[out->count++] = hit.uuid;
}

static struct journal_ids ids_of(const struct snapshot *snap, uint32_t i)
{
	const struct lvm_lv *lv = &snap->vg.lvs[i];
	const struct snapshot_lv *info = &snap->lvs[i];
	struct journal_ids ids = { .count = 0 };
	char value[JOURNAL_VALUE_SECTOR];

	add_ids(lv->name, strlen(lv->name), &ids);
	if (info->value_len && lv_get(&snap->image, &snap->vg, lv,
				      info->value_at, value, info->value_len))
		add_ids(value, info->value_len, &ids);
	return ids;
}

/* Names are <kind>-<vdi>, but while a leaf coalesce renames two of them. */
static bool is_renamed(const char *name)
{
	return strstr(name, "-OLD_") != NULL;
}

static bool has_volume(const struct snapshot *snap, const struct uuid *uuid)
{
	const struct vdi *vdi = vdis_find(&snap->vdis, uuid);

	return vdi && vdi->lv != VDI_NONE &&
	       !is_renamed(snap->vg.lvs[vdi->lv].name);
}

static bool has_renamed(const struct snapshot *snap, const struct uuid *uuid)
{
	const struct vdi *vdi = vdis_find(&snap->vdis, uuid);

	return vdi && vdi->lv != VDI_NONE &&
	       (vdi->volumes > 1 || is_renamed(snap->vg.lvs[vdi->lv].name));
}

/* leaf_<child>, value <parent>: undone, which asks xapi for the child, while
 * the parent or the renamed child is there. */
static enum in_flight leaf(const struct snapshot *snap,
			   const struct journal_ids *j)
{
	if ((j->count > 1 && has_volume(snap, &j->ids[1])) ||
	    (j->count && has_renamed(snap, &j->ids[0])))
		return IN_FLIGHT_FAILS;
	return IN_FLIGHT_WORKS;
}

/* clone_<original>, value <base>_[<clone>]: completed, which asks xapi for the
 * original, if both new leaves are there. */
static enum in_flight clone(const struct snapshot *snap,
			    const struct journal_ids *j)
{
	bool has_original = j->count && has_volume(snap, &j->ids[0]);

	if (j->count < 2)
		return IN_FLIGHT_FAILS;
	if (!has_volume(snap, &j->ids[1]))
		return has_original ? IN_FLIGHT_WORKS : IN_FLIGHT_FAILS;
	if (has_original && (j->count < 3 || has_volume(snap, &j->ids[2])))
		return IN_FLIGHT_FAILS;
	return IN_FLIGHT_FAILS_ONCE;
}

enum in_flight in_flight_of(const struct snapshot *snap, uint32_t lv,
			    struct uuid *vdi)
{
	const char *name = snap->vg.lvs[lv].name;
	struct journal_ids ids;

	*vdi = (struct uuid){ { 0 } };
	if (snap->lvs[lv].kind != LV_JOURNAL && snap->lvs[lv].kind != LV_JVHD)
		return IN_FLIGHT_NONE;
	ids = ids_of(snap, lv);
	if (ids.count)
		*vdi = ids.ids[0];
	if (strncmp(name, "leaf_", 5) == 0)
		return leaf(snap, &ids);
	if (strncmp(name, "clone_", 6) == 0)
		return clone(snap, &ids);
	return IN_FLIGHT_WORKS;
}

int in_flight_check(const struct snapshot *snap, struct error *err)
{
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		struct uuid vdi;

		if (in_flight_of(snap, i, &vdi) != IN_FLIGHT_FAILS)
			continue;
		return error_set(
			err, ERROR_LUN_CONTENT,
			"the LUN was cloned while SM was in the middle of an "
			"operation on VDI %s (LV %s), which it cannot end "
			"under new uuids: sr_attach would fail. Make the clone "
			"again; or resign with journals=keep and introduce "
			"that VDI before the attach",
			uuid_string(&vdi).chars, snap->vg.lvs[i].name);
	}
	return 0;
}
