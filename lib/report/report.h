// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What is on a LUN, and what a resign makes of it, as data for people and
 * programs. Made from a snapshot, and a plan if there is one; owns all that it
 * holds. Text in it is clean (base/utf8.h).
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"
#include "report/findings.h"
#include "sr/snapshot.h"

/* An old identifier and, in the report of a plan or resign, its new one. */
struct report_id {
	struct uuid old, new;
};

struct report_vdi {
	struct report_id uuid;
	char *label; /* "" if MGT has none */
	enum lv_kind
		kind; /* of the LV that there is of it: LV_VHD, LV_RAW, LV_QCOW2
			    * or, where only the log is left, LV_CBTLOG */
	enum vdi_role role;
	bool has_parent;
	struct report_id parent;
	size_t parent_at; /* in vdis; vdi_count if it is not there */
	bool has_snapshot_of;
	struct report_id snapshot_of;
	uint64_t size;	    /* what a VM sees, in bytes */
	uint64_t allocated; /* of its LV */
	bool has_cbt;
	bool dropped; /* not in the result (snapshots=drop) */
};

/* One write of a plan. */
struct report_write {
	enum plan_phase phase;
	uint64_t offset, len; /* bytes */
	uint32_t crc32;	      /* of what is written, as zlib's */
	char *what;	      /* the structures there */
};

struct report_counts {
	uint32_t lvs, disks, base_copies;
	uint32_t snapshots; /* those whose log alone is left among them */
	uint32_t vdis_of[LV_KINDS]; /* by the kind of their LV */
	uint32_t lvs_of[LV_KINDS];  /* LV_JVHD counts as LV_JOURNAL */
	uint32_t dropped;
};

struct sr_report {
	struct report_id sr;
	char *label;
	struct lvm_id vg, pv;
	struct lvm_id new_vg, new_pv;
	bool renewed; /* the new identifiers are there */

	struct report_vdi *vdis; /* in the order of the LVs */
	size_t vdi_count;
	/* VDIs that an operation of SM's (clone, leaf) is in flight on: their
	 * uuids now. */
	struct uuid *in_flight;
	size_t in_flight_count;
	struct lvm_id *lv_ids; /* of all LVs, old */
	size_t lv_count;
	struct report_counts counts;
	uint64_t extent_size, extents, extents_used;

	struct report_write *writes; /* of a plan, in order */
	size_t write_count;
	uint32_t digest; /* plan_digest */

	struct findings warnings; /* check_warnings */
};

/* Free with sr_report_free. */
void sr_report_make(const struct snapshot *snap, const struct plan *plan,
		    struct sr_report *out);
void sr_report_free(struct sr_report *report);

enum resign_outcome {
	RESIGN_DONE,
	RESIGN_COMPLETED,  /* that of an earlier run, from its journal */
	RESIGN_LEFT_ALONE, /* the SR is none of those asked for */
};

struct resign_report {
	enum resign_outcome outcome;
	/* All identifiers of a resign that was made. Of one that was completed
	 * only the result is known, and the SR's old uuid: renewed is false, so
	 * that the "old" ones of `sr` are those on the LUN now. */
	struct sr_report sr;
	struct uuid completed_from; /* the old SR */
};

void resign_report_free(struct resign_report *report);

#endif
