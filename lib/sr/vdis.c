// SPDX-License-Identifier: LGPL-2.1-only
#include "sr/vdis.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sr/snapshot.h"

/* ---- one item a volume, log, record or parent, then one a VDI ---- */

/* By uuid; of a VDI's records the first one first. */
static int compare_items(const void *a, const void *b)
{
	const struct vdi *x = a, *y = b;
	int order = uuid_compare_bytes(&x->uuid, &y->uuid);

	if (order)
		return order;
	if (x->record != y->record)
		return x->record > y->record ? 1 : -1;
	return (x->lv > y->lv) - (x->lv < y->lv);
}

static void add_lvs(const struct snapshot *snap, struct vdis *list)
{
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct snapshot_lv *info = &snap->lvs[i];
		bool is_volume = snapshot_is_volume(info);

		if (!info->has_vdi)
			continue;
		list->items[list->count++] = (struct vdi){
			.uuid = info->vdi,
			.lv = is_volume ? i : VDI_NONE,
			.volumes = is_volume,
			.log = is_volume ? VDI_NONE : i,
			.parent = VDI_NONE,
		};
	}
}

static void add_records(const struct snapshot *snap, struct vdis *list)
{
	for (uint32_t i = 0; i < snap->mgt.vdi_count; i++) {
		const struct mgt_vdi *record = &snap->mgt.vdis[i];

		if (record->deleted)
			continue;
		list->items[list->count++] = (struct vdi){
			.uuid = record->uuid.uuid,
			.lv = VDI_NONE,
			.log = VDI_NONE,
			.record = record,
			.records = 1,
			.parent = VDI_NONE,
		};
	}
}

/* A parent that is not there is a VDI that is spoken of, too. */
static void add_parents(const struct snapshot *snap, struct vdis *list)
{
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		if (snap->lvs[i].has_parent)
			list->items[list->count++] = (struct vdi){
				.uuid = snap->lvs[i].parent,
				.lv = VDI_NONE,
				.log = VDI_NONE,
				.parent = VDI_NONE,
			};
	}
}

/* Of two volumes it is the one whose name holds no more than its uuid. */
static void take_in(const struct snapshot *snap, struct vdi *vdi,
		    const struct vdi *more)
{
	const struct lvm_lv *lvs = snap->vg.lvs;

	if (vdi->lv == VDI_NONE ||
	    (more->lv != VDI_NONE &&
	     strlen(lvs[more->lv].name) < strlen(lvs[vdi->lv].name)))
		vdi->lv = more->lv;
	if (vdi->log == VDI_NONE)
		vdi->log = more->log;
	if (!vdi->record)
		vdi->record = more->record;
	vdi->volumes += more->volumes;
	vdi->records += more->records;
}

static void merge(const struct snapshot *snap, struct vdis *list)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < list->count; i++) {
		if (n &&
		    uuid_equal(&list->items[n - 1].uuid, &list->items[i].uuid))
			take_in(snap, &list->items[n - 1], &list->items[i]);
		else
			list->items[n++] = list->items[i];
	}
	list->count = n;
}

/* ---- what they are ---- */

/* The place of a VDI in the table, or VDI_NONE. */
static uint32_t place_of(const struct vdis *vdis, const struct uuid *uuid)
{
	const struct vdi *vdi = vdis_find(vdis, uuid);

	return vdi ? (uint32_t)(vdi - vdis->items) : VDI_NONE;
}

static void link_parents(const struct snapshot *snap, struct vdis *vdis)
{
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct snapshot_lv *info = &snap->lvs[i];
		uint32_t child, parent;

		if (!snapshot_is_volume(info) || !info->has_parent)
			continue;
		child = place_of(vdis, &info->vdi);
		parent = place_of(vdis, &info->parent);
		vdis->items[parent].children++;
		if (vdis->items[parent].lv != VDI_NONE &&
		    vdis->items[child].lv == i)
			vdis->items[child].parent = parent;
	}
}

static enum vdi_role role_of(const struct snapshot *snap, const struct vdi *vdi)
{
	struct uuid metadata;

	if (vdi->lv == VDI_NONE && vdi->log != VDI_NONE)
		return VDI_LOG_ONLY;
	if (vdi->lv == VDI_NONE)
		return vdi->record ? VDI_RECORD_ONLY : VDI_MISSING;
	if (vdi->record ? !vdi->record->managed
			: snap->vg.lvs[vdi->lv].hidden || vdi->children)
		return VDI_BASE_COPY;
	if (vdi->record && vdi->record->is_a_snapshot)
		return VDI_SNAPSHOT;
	vdi_metadata_uuid(&snap->vg.sr, &metadata);
	return uuid_equal(&vdi->uuid, &metadata) ? VDI_METADATA : VDI_DISK;
}

void vdis_make(const struct snapshot *snap, struct vdis *out)
{
	size_t most = 2 * (size_t)snap->vg.lv_count + snap->mgt.vdi_count;
	struct vdis vdis = { .items = alloc_zeroed(most + 1,
						   sizeof(*vdis.items)) };

	add_lvs(snap, &vdis);
	add_records(snap, &vdis);
	add_parents(snap, &vdis);
	qsort(vdis.items, vdis.count, sizeof(*vdis.items), compare_items);
	merge(snap, &vdis);
	link_parents(snap, &vdis);
	for (uint32_t i = 0; i < vdis.count; i++)
		vdis.items[i].role = role_of(snap, &vdis.items[i]);
	*out = vdis;
}

void vdis_free(struct vdis *vdis)
{
	free(vdis->items);
	*vdis = (struct vdis){ 0 };
}

static int compare_key(const void *key, const void *item)
{
	const struct vdi *vdi = item;

	return uuid_compare_bytes(key, &vdi->uuid);
}

const struct vdi *vdis_find(const struct vdis *vdis, const struct uuid *uuid)
{
	return vdis->count ? bsearch(uuid, vdis->items, vdis->count,
				     sizeof(*vdis->items), compare_key)
			   : NULL;
}

const struct vdi *vdis_find_volume(const struct vdis *vdis,
				   const struct uuid *uuid)
{
	const struct vdi *vdi = vdis_find(vdis, uuid);

	return vdi && vdi->lv != VDI_NONE ? vdi : NULL;
}

const char *vdi_role_text(enum vdi_role role)
{
	switch (role) {
	case VDI_DISK:
		break;
	case VDI_SNAPSHOT:
		return "snapshot";
	case VDI_BASE_COPY:
		return "base copy";
	case VDI_LOG_ONLY:
		return "log only";
	case VDI_METADATA:
		return "metadata";
	case VDI_RECORD_ONLY:
		return "record only";
	case VDI_MISSING:
		return "missing";
	}
	return "disk";
}

bool vdi_is_managed(const struct vdi *vdi)
{
	return vdi->role != VDI_BASE_COPY && vdi->role != VDI_RECORD_ONLY &&
	       vdi->role != VDI_MISSING;
}

bool vdi_is_snapshot(const struct vdi *vdi)
{
	/* Only a snapshot can lose its data and be kept. */
	return vdi->role == VDI_SNAPSHOT || vdi->role == VDI_LOG_ONLY;
}

void vdi_metadata_uuid(const struct uuid *sr, struct uuid *out)
{
	static const struct uuid pool_metadata = {
		{ 0xe9, 0x3e, 0x06, 0x39, 0x2b, 0xdb, 0x4a, 0x59, 0x8b, 0x46,
		  0x35, 0x2b, 0x3f, 0x40, 0x8c, 0x19 }
	};
	char text[UUID_TEXT_LEN];

	uuid_to_text(sr, text);
	uuid_derive(&pool_metadata, text, sizeof(text), out);
}
