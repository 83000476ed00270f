// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The states that a LUN may rightly end in: as it was, and as each whole resign
 * leaves it. Run number 1 is the first, that is cut short; number 2 comes after
 * it; and so on. A run's number gives the new SR's uuid and all randomness, so
 * what it makes of a world is another world, known byte for byte.
 *
 * What is nobody's is left out when a state is compared with a world: ring space
 * that holds no live text, free extents, and the place of the journal's head.
 * What may be there is worlds_left_over's to say.
 */
#ifndef TESTS_CRASH_WORLDS_H
#define TESTS_CRASH_WORLDS_H

#include "engine/resign_lun.h"
#include "format/lvm_mda.h"
#include "sim_disk.h"

struct run {
	unsigned number; /* from 1 */
	uint64_t seed;	 /* worlds_seed of where it begins */
	unsigned host;	 /* whose boot; 0 is "not known" */
	const char *scsi_id;
};

struct uuid run_sr(unsigned number);

/* Whether runs are asked to drop snapshots, from now on. */
void runs_drop(bool drop);
bool runs_dropping(void);

/* One run of the program on the disk, as sr_create has it. */
int run_resign(struct sim_disk *disk, const struct run *run, struct error *err);

/* Only the look for a journal, and what recovery makes of it; *completed says
 * whether it finished a resign. */
int run_recovery(struct sim_disk *disk, const struct run *run, bool *completed,
		 struct error *err);

/* More than any of the images has. */
#define MAX_EXTENTS 4096

struct world {
	struct sectors state;
	unsigned parent; /* which world the run began with */
	unsigned run;	 /* its number; 0: the original */
	uint64_t seed;
	struct uuid sr;
	struct lvm_id vg;
	struct lvm_mda mdas[LVM_MAX_MDAS];
	unsigned mda_count;
	uint64_t pe_start, extent; /* bytes */
	bool used[MAX_EXTENTS];	   /* by an LV */
};

#define MAX_WORLDS 64
#define NO_WORLD   MAX_WORLDS

struct worlds {
	const struct sim_base *base;
	struct sim_disk disk;
	struct world items[MAX_WORLDS];
	unsigned count;
	struct error err; /* why the last one could not be made */
};

/* World 0 is the original. False if it cannot be read: worlds->err. */
bool worlds_init(struct worlds *worlds, const struct sim_base *base,
		 uint32_t block_size, enum sim_means means);
void worlds_free(struct worlds *worlds);

/* The randomness of run `number` when it begins with world `parent`. */
uint64_t worlds_seed(const struct worlds *worlds, unsigned parent,
		     unsigned number);

/* What run `run` makes of world `parent`; NO_WORLD if it fails. */
unsigned worlds_child(struct worlds *worlds, unsigned parent, unsigned run);

/* Adds a state as a world of its own, and takes the last one away. */
unsigned worlds_push(struct worlds *worlds, unsigned parent,
		     const struct sectors *state);
void worlds_pop(struct worlds *worlds);

/* Whether a state is this world but for free ring space; else *where is the
 * first sector that is not. */
bool worlds_same(const struct worlds *worlds, unsigned world,
		 const struct sectors *state, uint64_t *where);

/* The world that a state is, or NO_WORLD. */
unsigned worlds_which(const struct worlds *worlds, const struct sectors *state);

/* Whether free ring space of a state, which is this world, holds anything but
 * zeros and what was there before; then *where is the first such sector. */
bool worlds_left_over(const struct worlds *worlds, unsigned world,
		      const struct sectors *state, uint64_t *where);

/* Whether a sector of a state, which is this world, holds live VG text. */
bool worlds_holds_text(const struct worlds *worlds, unsigned world,
		       const struct sectors *state, uint64_t number);

#endif
