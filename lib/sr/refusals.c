// SPDX-License-Identifier: LGPL-2.1-only
#include "sr/refusals.h"

#include <string.h>

#include "format/lv_name.h"
#include "format/uuid_scan.h"
#include "sr/want.h"

#define NEWER                                                               \
	"a newer storage manager may have made it, and a clone that keeps " \
	"its "                                                              \
	"name would work on the original's disks"

static int check_foreign(const struct snapshot *snap, const char *name,
			 struct error *err)
{
	size_t len = strlen(name);
	struct uuid_hit hit;

	for (size_t at = 0; uuid_scan(name, len, at, &hit);
	     at = hit.at + hit.len) {
		/* As the volume of a trim, which SM finds by it again. */
		if (uuid_equal(&hit.uuid, &snap->vg.sr))
			return error_set(err, ERROR_LUN_CONTENT,
					 "LV %s bears the SR's uuid, but is of "
					 "no kind that is known here: a newer "
					 "storage manager may have made it. "
					 "Rename or remove it on the original, "
					 "then " MAKE_NEW_CLONE,
					 name);
		/* A VDI of which MGT, an image's parent name or a log speaks, held
		 * by no volume of a kind that is known. */
		if (vdis_find(&snap->vdis, &hit.uuid) &&
		    !vdis_find_volume(&snap->vdis, &hit.uuid))
			return error_set(err, ERROR_LUN_CONTENT,
					 "LV %s holds VDI %s, but is of no "
					 "kind that is known here: " NEWER,
					 name, uuid_string(&hit.uuid).chars);
	}
	return 0;
}

/* To SM all that follows "VHD-" is a VDI's uuid, whatever it is. */
static int check_name(const struct lvm_lv *lv, const struct snapshot_lv *info,
		      struct error *err)
{
	if (!lv_kind_is_volume(info->kind) || info->has_vdi)
		return 0;
	return error_set(err, ERROR_LUN_CONTENT,
			 "the name of LV %s holds no uuid: SM takes it for a "
			 "VDI, which would be the same one in the original and "
			 "in the clone. Rename or remove it on the original, "
			 "then " MAKE_NEW_CLONE,
			 lv->name);
}

static int check_type(const struct snapshot *snap, const struct vdi *vdi,
		      struct error *err)
{
	uint32_t lv = vdi->lv == VDI_NONE ? vdi->log : vdi->lv;

	if (lv == VDI_NONE || !vdi->record || vdi->record->type_is_known)
		return 0;
	return error_set(err, ERROR_LUN_CONTENT,
			 "MGT gives the VDI in LV %s a vdi_type that is not "
			 "known here: " NEWER,
			 snap->vg.lvs[lv].name);
}

/* Whether a name, in whatever encoding, holds the SR's uuid or a VDI's. */
static bool holds_known_uuid(const struct snapshot *snap, const uint8_t *bytes,
			     size_t len)
{
	char text[PARENT_NAME_MAX];
	struct uuid_hit hit;

	for (unsigned e = NAME_UTF8; e < NAME_UNKNOWN; e++) {
		/* It need not begin at the first byte. */
		for (size_t from = 0; from < 2 && from < len; from++) {
			size_t n = parent_name_get_all(bytes + from, len - from,
						       e, text, sizeof(text));

			for (size_t at = 0; uuid_scan(text, n, at, &hit);
			     at = hit.at + hit.len) {
				if (hit.is_sr ||
				    uuid_equal(&hit.uuid, &snap->vg.sr) ||
				    vdis_find(&snap->vdis, &hit.uuid))
					return true;
			}
		}
	}
	return false;
}

/* Takes away what is read of a name, and will be renewed. */
static void blank_name(uint8_t *bytes, enum name_encoding encoding,
		       const char *name, size_t len)
{
	char blank[PARENT_NAME_MAX];
	struct uuid_hit hit;

	memcpy(blank, name, len);
	for (size_t at = 0; uuid_scan(name, len, at, &hit);
	     at = hit.at + hit.len)
		memset(blank + hit.at, '?', hit.len);
	parent_name_put(bytes, encoding, name, blank, len);
}

/* The names of its parent: each that names a VDI leads to a volume by a form
 * that can be renewed, and to none of another SR. No uuid stands in another
 * encoding than the name's, behind its end, or in a locator of unknown kind. */
static int check_parent(const struct snapshot *snap, const struct lvm_lv *lv,
			const struct snapshot_lv *info,
			const struct parent_name *name, struct error *err)
{
	uint8_t bytes[PARENT_NAME_MAX];
	char text[PARENT_NAME_MAX];
	struct parent_ref ref;
	size_t n;

	if (!lv_get(&snap->image, &snap->vg, lv, name->at, bytes, name->len))
		return 0;
	n = name->encoding == NAME_UNKNOWN
		    ? 0
		    : parent_name_get(bytes, name->len, name->encoding, text,
				      sizeof(text));
	blank_name(bytes, name->encoding, text, n);
	if (holds_known_uuid(snap, bytes, name->len))
		return error_set(
			err, ERROR_LUN_CONTENT,
			"the image in LV %s holds a uuid of this SR where its "
			"parent is named, but not in a name that can be read "
			"there: repair or delete it on the original, "
			"then " MAKE_NEW_CLONE,
			lv->name);
	ref = parent_name_read(text, n, info->kind == LV_QCOW2);
	if (ref.form == PARENT_OTHER)
		return error_set(
			err, ERROR_LUN_CONTENT,
			"the image in LV %s names VDI %s as its "
			"parent, but in a form that is not known here "
			"and cannot be renamed: repair or delete it on "
			"the original, then " MAKE_NEW_CLONE,
			lv->name, uuid_string(&ref.vdi).chars);
	if (ref.form != PARENT_IN_SR || uuid_equal(&ref.sr, &snap->vg.sr) ||
	    vdis_find_volume(&snap->vdis, &ref.vdi))
		return 0;
	return error_set(err, ERROR_LUN_CONTENT,
			 "the image in LV %s is based on VDI %s of another SR, "
			 "%s, which is not on this LUN: repair or delete it on "
			 "the original, then " MAKE_NEW_CLONE,
			 lv->name, uuid_string(&ref.vdi).chars,
			 uuid_string(&ref.sr).chars);
}

/* An LV that was made and never formatted may hold anything; but what names
 * this SR's volumes was an image of it, and may be one to somebody. */
static int check_unformatted(const struct snapshot *snap,
			     const struct lvm_lv *lv, struct error *err)
{
	uint8_t head[VHD_SECTOR + VHD_HEADER_SIZE];

	if (!lv_get(&snap->image, &snap->vg, lv, 0, head, sizeof(head)) ||
	    !holds_known_uuid(snap, head, sizeof(head)))
		return 0;
	return error_set(err, ERROR_LUN_CONTENT,
			 "LV %s holds no image that is known here, but a uuid "
			 "of this SR at its beginning: repair or delete the "
			 "VDI on the original, then " MAKE_NEW_CLONE,
			 lv->name);
}

static int check_image(const struct snapshot *snap, const struct lvm_lv *lv,
		       const struct snapshot_lv *info, struct error *err)
{
	if (check_name(lv, info, err))
		return -1;
	if (lv_kind_is_image(info->kind) && !info->is_image)
		return check_unformatted(snap, lv, err);
	if (info->is_child && info->name_count && !info->has_parent)
		return error_set(
			err, ERROR_LUN_CONTENT,
			"the image in LV %s is based on another one, "
			"but names no VDI of an SR as that: repair or "
			"delete it on the original, then " MAKE_NEW_CLONE,
			lv->name);
	for (unsigned i = 0; i < info->name_count; i++) {
		if (check_parent(snap, lv, info, &info->names[i], err))
			return -1;
	}
	return 0;
}

int unknown_check(const struct snapshot *snap, struct error *err)
{
	for (uint32_t i = 0; i < snap->vg.lv_count; i++) {
		const struct lvm_lv *lv = &snap->vg.lvs[i];
		const struct snapshot_lv *info = &snap->lvs[i];

		if (info->kind == LV_FOREIGN
			    ? check_foreign(snap, lv->name, err)
			    : check_image(snap, lv, info, err))
			return -1;
	}
	for (uint32_t i = 0; i < snap->vdis.count; i++) {
		if (check_type(snap, &snap->vdis.items[i], err))
			return -1;
	}
	return 0;
}

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
	if (lv_get(&snap->image, &snap->vg, lv, info->value_at, value,
		   info->value_len))
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
	const struct vdi *vdi = vdis_find_volume(&snap->vdis, uuid);

	return vdi && !is_renamed(snap->vg.lvs[vdi->lv].name);
}

static bool has_renamed(const struct snapshot *snap, const struct uuid *uuid)
{
	const struct vdi *vdi = vdis_find_volume(&snap->vdis, uuid);

	return vdi &&
	       (vdi->volumes > 1 || is_renamed(snap->vg.lvs[vdi->lv].name));
}

/* leaf_<child>, value <parent>: undone, which asks xapi for the child, while
 * the parent or the renamed child is there. */
static enum in_flight leaf(const struct snapshot *snap,
			   const struct journal_ids *j)
{
	/* SM can then read no journal of this SR at all. */
	if (j->count < 2)
		return IN_FLIGHT_FAILS;
	if (has_volume(snap, &j->ids[1]) || has_renamed(snap, &j->ids[0]))
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
