// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What is on a LUN, and what a resign makes of it, for people and programs: the
 * snapshot, its plan if there is one, and what those ask who show them. Text
 * that is made here is clean (base/utf8.h).
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdint.h>

#include "plan/plan.h"
#include "report/findings.h"
#include "sr/snapshot.h"

struct sr_report {
	struct snapshot *snap; /* without image and text; NULL: there is none */
	struct plan *plan;     /* without its image; NULL: none was made */
	char *label;	       /* the SR's, "" if MGT has none */
	struct findings warnings; /* check_warnings */
};

/* Takes over what they hold; `plan`, which may be NULL, is of this snapshot. Free
 * with sr_report_free. */
void sr_report_take(struct snapshot *snap, struct plan *plan,
		    struct sr_report *out);
void sr_report_free(struct sr_report *report);

/* The VDI that LV number `lv` stands for: its volume, or its log if that is all
 * there is of it. NULL if none. */
const struct vdi *report_vdi(const struct snapshot *snap, uint32_t lv);

/* Of such an LV: what a VM sees, in bytes. */
uint64_t report_vdi_size(const struct snapshot *snap, uint32_t lv);

/* "" if MGT has none; for free. */
char *report_vdi_label(const struct snapshot *snap, const struct vdi *vdi);

/* The new uuid of the SR or a VDI; the same without a plan. */
struct uuid report_new(const struct sr_report *report, const struct uuid *old);

struct report_counts {
	uint32_t lvs, vdis, disks, base_copies;
	uint32_t snapshots; /* those whose log alone is left among them */
	uint32_t vdis_of[LV_KINDS]; /* by the kind of their LV */
	uint32_t lvs_of[LV_KINDS];  /* LV_JVHD counts as LV_JOURNAL */
	uint32_t dropped;	    /* VDIs that are not in the result */
};
struct report_counts report_count(const struct sr_report *report);

/* Bytes of the VG's extents that LVs use. */
uint64_t report_used(const struct lvm_vg *vg);

/* Of a write of the plan: its phase in a word; the checksum, as zlib's, of what is
 * written; "LVM label, mda_header", "MGT", "VHD-<vdi>" …, for free. */
const char *report_phase(const struct plan_write *write);
uint32_t report_crc32(const struct plan_write *write);
char *report_structures(const struct plan *plan,
			const struct plan_write *write);

enum resign_outcome {
	RESIGN_DONE,
	RESIGN_COMPLETED,  /* that of an earlier run, from its journal */
	RESIGN_LEFT_ALONE, /* the SR is none of those asked for */
};

struct resign_report {
	enum resign_outcome outcome;
	/* The SR before the resign, and its plan. Of one that was completed only
	 * the result is known, and the SR's old uuid: there is no plan. */
	struct sr_report sr;
	struct uuid completed_from; /* the old SR */
};

#endif
