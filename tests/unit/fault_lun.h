// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN over a memory LUN that counts its operations and fails the one it is
 * told to fail: once, or from there on.
 */
#ifndef TESTS_UNIT_FAULT_LUN_H
#define TESTS_UNIT_FAULT_LUN_H

#include "lun/lun.h"

enum fault_op { FAULT_READ, FAULT_WRITE, FAULT_FLUSH, FAULT_FENCE, FAULT_OPS };

struct fault_lun {
	struct lun lun;
	struct lun *below;
	unsigned count[FAULT_OPS]; /* operations so far */
	enum fault_op op;	   /* what fails */
	unsigned at;		   /* which one, from 1; 0: none */
	bool for_good;		   /* every later one too, of every kind */
	bool broken;
	bool fences; /* it can be fenced */
	bool fenced;
	/* Called before the write of this number (from 1), if set. */
	void (*before_write)(struct fault_lun *self, unsigned number);
	void *arg;
};

#define FAULT_WORDS "injected fault"

/* Opens the memory LUN below; fault_lun_close closes it. */
void fault_lun_open(struct fault_lun *self, uint8_t *bytes, uint64_t size,
		    uint32_t block_size);
void fault_lun_close(struct fault_lun *self);

#endif
