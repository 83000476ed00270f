// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN that is simulated: an image that nobody changes, and over it the
 * sectors that were written. It records a trace of writes and flushes, from
 * which trace.h makes the states after a power failure, and it fails on demand.
 */
#ifndef TESTS_CRASH_SIM_DISK_H
#define TESTS_CRASH_SIM_DISK_H

#include "lun/lun.h"
#include "sectors.h"
#include "trace.h"

/* The image below all states of a LUN. */
struct sim_base {
	const uint8_t *bytes;
	uint64_t size;
	struct sectors changed; /* what a variant of it has otherwise */
};

const uint8_t *sim_base_sector(const struct sim_base *base, uint64_t number);

/* Sector `number` of the base with `over` on top. */
const uint8_t *sim_sector(const struct sim_base *base,
			  const struct sectors *over, uint64_t number);

/* What the failing call has done all the same. The last two do not fail: they
 * are lies of the disk. */
enum sim_effect {
	SIM_NOTHING,
	SIM_HALF,    /* every other sector of a write */
	SIM_ALL,     /* only the answer was lost */
	SIM_LOST,    /* nothing, and the answer is "done" */
	SIM_GARBLED, /* a wrong bit in each write, and the answer is "done" */
};
#define SIM_EFFECTS 5

#define SIM_FAULT_TEXT "simulated I/O error"

struct sim_fault {
	unsigned at; /* which call, counted from 1; 0 for none */
	bool for_good;
	enum sim_effect effect;
};

/* What the LUN has to keep two hosts apart. */
enum sim_means { SIM_FENCE, SIM_SWAP, SIM_PLAIN };

extern const char *const sim_means_names[];

struct sim_disk {
	struct lun lun;
	const struct sim_base *base;
	struct sectors now; /* what reads see: the cache and the disk */
	enum sim_means means;
	unsigned host;	    /* whose call it is, and */
	unsigned fenced_by; /* who has fenced it; 0 for nobody */
	struct trace trace;
	struct sim_fault fault;
	bool failed_flush; /* that was what the fault has met */
	unsigned calls;
	void (*before_call)(void); /* may be NULL */
	/* May be NULL: after a write or swap has changed the LUN. */
	void (*after_write)(struct sim_disk *disk);
};

/* The disk must stay where it is. */
void sim_disk_init(struct sim_disk *disk, const struct sim_base *base,
		   uint32_t block_size, enum sim_means means);
void sim_disk_free(struct sim_disk *disk);

/* As after power on: the LUN is in this state, nothing recorded, no fault. */
void sim_disk_start(struct sim_disk *disk, const struct sectors *state);

#endif
