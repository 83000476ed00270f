// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A result whose snapshots were dropped: which LVs may be gone, and must be, by
 * the original's MGT and by what stands on what; and what that changes elsewhere.
 */
#include <stdlib.h>
#include <string.h>

#include "audit.h"

/* The uuid in the name of a volume of a VDI, or of its log. */
static bool vdi_of(const struct lv *lv, struct id16 *vdi)
{
	const char *dash = strchr(lv->name, '-');

	if (lv->kind == CBTLOG)
		return uuid_here(lv->name, strlen(lv->name), 0, vdi);
	return (lv->kind == VHD || lv->kind == QCOW2 || lv->kind == RAW) &&
	       dash &&
	       uuid_here(lv->name, strlen(lv->name),
			 (size_t)(dash + 1 - lv->name), vdi);
}

static const struct lv *find(const struct lv *lvs, size_t count,
			     const struct id16 *vdi, bool log)
{
	struct id16 id;

	for (size_t i = 0; i < count; i++) {
		if ((lvs[i].kind == CBTLOG) == log && vdi_of(&lvs[i], &id) &&
		    memcmp(&id, vdi, sizeof(id)) == 0)
			return &lvs[i];
	}
	return NULL;
}

bool is_dropped(const struct audit *a, const struct id16 *vdi, bool log)
{
	return find(a->dropped, a->dropped_count, vdi, log) != NULL;
}

void take_dropped(struct audit *a)
{
	struct side *old = &a->old;
	size_t kept = 0;

	for (size_t i = 0; i < old->lv_count; i++) {
		const struct lv *new = &a->new.lvs[kept];

		if (kept < a->new.lv_count &&new->segs[0].pv_extent ==
		    old->lvs[i].segs[0].pv_extent) {
			old->lvs[kept++] = old->lvs[i];
			continue;
		}
		a->dropped = grow_array(a->dropped, a->dropped_count,
					sizeof(*a->dropped));
		a->dropped[a->dropped_count++] = old->lvs[i];
	}
	old->lv_count = kept;
}

static bool is_parent(const struct audit *a, const struct id16 *vdi)
{
	struct id16 parent;

	for (size_t i = 0; i < a->old.lv_count; i++) {
		if (vhd_parent(&a->old, &a->old.lvs[i], &parent) &&
		    memcmp(&parent, vdi, sizeof(parent)) == 0)
			return true;
	}
	return false;
}

static void check_gone(const struct audit *a, const struct lv *lv)
{
	struct mgt_record record = { 0 };
	struct id16 vdi;

	if (!vdi_of(lv, &vdi)) {
		problem("%s was dropped, and is no VDI's", lv->name);
	} else if (lv->kind == CBTLOG) {
		if (find(a->old.lvs, a->old.lv_count, &vdi, false))
			problem("%s was dropped, but not its VDI", lv->name);
	} else {
		if (mgt_find(&a->old, &vdi, &record)
			    ? record.managed && !record.snapshot
			    : !strstr(lv->tags, "hidden"))
			problem("%s was dropped, and is no snapshot's",
				lv->name);
		if (is_parent(a, &vdi))
			problem("%s was dropped, and is needed", lv->name);
	}
}

static void check_kept(const struct audit *a, const struct lv *lv)
{
	struct mgt_record record;
	struct id16 vdi;

	if (!vdi_of(lv, &vdi))
		return;
	if (lv->kind == CBTLOG) {
		if (!find(a->old.lvs, a->old.lv_count, &vdi, false))
			problem("%s was kept without its VDI", lv->name);
	} else if (mgt_find(&a->old, &vdi, &record) && record.snapshot &&
		   !is_parent(a, &vdi)) {
		problem("%s is a snapshot, and was kept", lv->name);
	}
}

/* Its record is marked as deleted. */
static void expect_deleted(const struct audit *a, const struct lv *lv)
{
	const struct lv *mgt = find_lv(&a->old, "MGT");
	struct mgt_record record;
	struct id16 vdi;

	if (vdi_of(lv, &vdi) && mgt_find(&a->old, &vdi, &record))
		expect_lv_bytes(&a->old, mgt, record.deleted_at, "1", 1);
}

void check_dropped(const struct audit *a)
{
	for (size_t i = 0; i < a->dropped_count; i++) {
		check_gone(a, &a->dropped[i]);
		expect_deleted(a, &a->dropped[i]);
	}
	for (size_t i = 0; i < a->old.lv_count; i++)
		check_kept(a, &a->old.lvs[i]);
}

/* Takes the sections of what was dropped out of a VG text. */
void cut_dropped(const struct audit *a, char *text, size_t *len)
{
	for (size_t i = 0; i < a->dropped_count; i++) {
		char head[sizeof(a->dropped[i].name) + 4] = "\n";
		char *from, *to;

		strcat(strcat(head, a->dropped[i].name), " {");
		from = memmem(text, *len, head, strlen(head));
		to = from ? memmem(from, *len - (size_t)(from - text),
				   "\n}\n}\n", 5)
			  : NULL;
		if (!to)
			give_up("%s is not in the VG text", a->dropped[i].name);
		from++;
		for (to += 4; *to == '\n'; to++)
			;
		memmove(from, to, *len - (size_t)(to - text));
		*len -= (size_t)(to - from);
	}
}
