// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The plan of a resign: every write, as data, before the first one is made.
 *
 * A plan is made from a snapshot alone, without I/O. It holds the LUN's blocks
 * as they shall be; what differs from the snapshot is the ordered list of
 * writes that a dry run prints, the journal stores and tests compare.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/choices.h"
#include "plan/chosen.h"
#include "plan/idmap.h"
#include "sr/snapshot.h"

/* In the order in which they are written; a flush lies between phases. */
enum plan_phase {
	PLAN_RING,    /* new VG text, into space that LVM does not use */
	PLAN_INPLACE, /* MGT, VHD headers, journals: seen by nobody yet */
	PLAN_SWITCH,  /* label and mda_header: from here LVM sees the clone */
};
#define PLAN_PHASES 3

struct plan_write {
	enum plan_phase phase;
	uint64_t offset; /* bytes from the LUN's start, whole blocks */
	size_t len;	 /* bytes, whole blocks */
	uint8_t *data;	 /* the after-image, owned */
};

struct plan_options {
	struct uuid new_sr; /* zeros: the chosen one, or a random one */
	struct resign_choices choices;

	const struct chosen_ids *chosen; /* NULL: all new ids are random */

	/* The SR on the LUN must be one of these; none: it may be any. */
	const struct uuid *from;
	size_t from_count;
};

struct plan {
	const struct snapshot *from; /* not owned; must outlive the plan */
	struct idmap ids;
	bool *dropped; /* LVs that are not in the result, parallel to vg.lvs */
	char *text;    /* the new VG text with its NUL */
	size_t text_size;
	struct image after;
	/* Where the new text of each metadata area goes, in LUN offsets; size
	 * 0: it stays in its place, or the area is not in use. */
	struct lvm_area text_at[LVM_MAX_MDAS];
	struct plan_write *writes; /* by phase, then offset */
	size_t write_count;
};

/* Whether an earlier call with these options has resigned this LUN: its SR has
 * the new SR's uuid, and no snapshot is there that should go. xapi makes up a
 * uuid for each call, so only a repeated one, whose answer was lost, finds
 * this. ERROR_LUN_CONTENT if snapshots cannot be told. */
int plan_is_done(const struct snapshot *from,
		 const struct plan_options *options, bool *done,
		 struct error *err);

/* Plans a complete resign and checks the plan (plan_check). ERROR_LUN_CONTENT
 * if this SR cannot be resigned, ERROR_INTERNAL if the check fails. */
int plan_make(const struct snapshot *from, const struct plan_options *options,
	      struct plan *out, struct error *err);
void plan_free(struct plan *plan);

/* Where a journal of `need` bytes, whole blocks, goes: space that is nobody's
 * before and after the resign, of a ring or else of the VG's free extents.
 * ERROR_LUN_CONTENT, with the sizes, if there is none. */
int plan_place_journal(const struct plan *plan, uint64_t need, uint64_t *at,
		       struct error *err);

/* Whether the SR on the LUN leaves len bytes at `at` to nobody. */
bool plan_is_nobodys(const struct snapshot *snap, uint64_t at, uint64_t len);

/* Whether the SR is one that the options ask for. */
bool plan_is_wanted(const struct snapshot *from,
		    const struct plan_options *options);

/* A checksum over all writes, their places and what they write: whether two
 * plans are the same. */
uint32_t plan_digest(const struct plan *plan);

/* Checks a plan: every write is whole blocks in a place where its phase may
 * write; its result parses to what was meant; and a second resign of the
 * result can be planned. ERROR_INTERNAL. */
int plan_check(const struct plan *plan, struct error *err);

/* Checks that `result`, read from a LUN, is what the plan meant: every
 * identifier is the new one, nothing else differs. ERROR_INTERNAL. */
int plan_compare(const struct plan *plan, const struct snapshot *result,
		 struct error *err);

#endif
