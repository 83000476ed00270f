// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The VDIs of an SR: one table that says of each what it is. Whoever asks that
 * asks here, so that a plan, a report, sr_probe and verify cannot differ.
 *
 * The rule is that of SM's scan (sm libs/sm/drivers/LVHDSR.py, _loadvdis): MGT
 * says whether a VDI is managed; without a record a volume is a base copy if it
 * is hidden or another volume's parent.
 */
#ifndef SR_VDIS_H
#define SR_VDIS_H

#include <stdint.h>

#include "base/uuid.h"
#include "format/mgt.h"

struct snapshot;

enum vdi_role {
	VDI_DISK,
	VDI_SNAPSHOT,
	VDI_BASE_COPY, /* what a disk and its snapshots have in common */
	VDI_LOG_ONLY, /* a snapshot whose data was destroyed: its log is left */
	VDI_METADATA, /* xapi's backup of the pool's metadata */
	VDI_RECORD_ONLY, /* a record of MGT alone: SM drops it */
	VDI_MISSING,	 /* spoken of as a parent alone */
};

#define VDI_NONE UINT32_MAX

struct vdi {
	struct uuid uuid;
	enum vdi_role role;
	uint32_t lv;	  /* its volume, in vg.lvs, or VDI_NONE */
	uint32_t volumes; /* two in the middle of SM's leaf coalesce: VHD-<vdi>,
			   * which `lv` is, and VHD-OLD_<vdi> */
	uint32_t log;	  /* its cbt log, in vg.lvs, or VDI_NONE */
	const struct mgt_vdi *record; /* MGT's live one; NULL: none */
	uint32_t records;	      /* live ones; more than one is a fault */
	uint32_t parent;   /* in the table; VDI_NONE: none, or not on the LUN */
	uint32_t children; /* volumes that name it as their parent */
};

struct vdis {
	struct vdi *items; /* by uuid, each once */
	uint32_t count;
};

/* Makes the table of a snapshot whose LVs and MGT are parsed; it points into
 * it. Fails for lack of memory only. Free with vdis_free. */
void vdis_make(const struct snapshot *snap, struct vdis *out);
void vdis_free(struct vdis *vdis);

/* NULL if nothing on the LUN is of this VDI; or no volume of it is there. */
const struct vdi *vdis_find(const struct vdis *vdis, const struct uuid *uuid);
const struct vdi *vdis_find_volume(const struct vdis *vdis,
				   const struct uuid *uuid);

/* "disk", "base copy" … */
const char *vdi_role_text(enum vdi_role role);

/* Whether a user sees it. */
bool vdi_is_managed(const struct vdi *vdi);
bool vdi_is_snapshot(const struct vdi *vdi);

/* The uuid that xapi gives to the VDI with its metadata backup in this SR: a
 * restore looks for that one only (xen-api ocaml/libs/uuid/uuidx.ml,
 * ocaml/xapi/xapi_vdi.ml). */
void vdi_metadata_uuid(const struct uuid *sr, struct uuid *out);

#endif
