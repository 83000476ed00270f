// SPDX-License-Identifier: LGPL-2.1-only
#include "tests/unit/fault_lun.h"

#include <stdlib.h>

#include "tests/unit/lun_memory.h"

static struct fault_lun *of(struct lun *lun)
{
	return (struct fault_lun *)lun;
}

static int count(struct fault_lun *self, enum fault_op op, struct error *err)
{
	self->count[op]++;
	if (self->at && self->op == op && self->count[op] == self->at)
		self->broken = true;
	else if (!self->for_good || !self->broken)
		return 0;
	return error_set(err, ERROR_IO, FAULT_WORDS);
}

static int fault_read(struct lun *lun, const struct lun_io *ios, size_t n,
		      struct error *err)
{
	if (count(of(lun), FAULT_READ, err))
		return -1;
	return lun_read(of(lun)->below, ios, n, err);
}

static int fault_write(struct lun *lun, const struct lun_io *ios, size_t n,
		       struct error *err)
{
	struct fault_lun *self = of(lun);

	if (self->before_write)
		self->before_write(self, self->count[FAULT_WRITE] + 1);
	if (count(self, FAULT_WRITE, err))
		return -1;
	return lun_write(self->below, ios, n, err);
}

static int fault_flush(struct lun *lun, struct error *err)
{
	if (count(of(lun), FAULT_FLUSH, err))
		return -1;
	return lun_flush(of(lun)->below, err);
}

static int fault_fence(struct lun *lun, struct error *err)
{
	if (!of(lun)->fences)
		return 1;
	if (count(of(lun), FAULT_FENCE, err))
		return -1;
	of(lun)->fenced = true;
	return 0;
}

static void fault_unfence(struct lun *lun)
{
	of(lun)->fenced = false;
}

static const struct lun_ops fault_ops = {
	.read = fault_read,
	.write = fault_write,
	.flush = fault_flush,
	.fence = fault_fence,
	.unfence = fault_unfence,
};

void fault_lun_open(struct fault_lun *self, uint8_t *bytes, uint64_t size,
		    uint32_t block_size)
{
	struct error err;

	*self = (struct fault_lun){ 0 };
	if (lun_memory_open(bytes, size, block_size, &self->below, &err))
		abort();
	self->lun.ops = &fault_ops;
	self->lun.size = size;
	self->lun.block_size = block_size;
}

void fault_lun_close(struct fault_lun *self)
{
	lun_close(self->below);
}
