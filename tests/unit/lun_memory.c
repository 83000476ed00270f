// SPDX-License-Identifier: LGPL-2.1-only
#include "tests/unit/lun_memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct lun_memory {
	struct lun lun;
	uint8_t *bytes;
};

static struct lun_memory *of(struct lun *lun)
{
	return (struct lun_memory *)lun;
}

static int memory_read(struct lun *lun, const struct lun_io *ios, size_t n,
		       struct error *err)
{
	(void)err;
	for (size_t i = 0; i < n; i++)
		memcpy(ios[i].data, of(lun)->bytes + ios[i].offset, ios[i].len);
	return 0;
}

static int memory_write(struct lun *lun, const struct lun_io *ios, size_t n,
			struct error *err)
{
	(void)err;
	for (size_t i = 0; i < n; i++)
		memcpy(of(lun)->bytes + ios[i].offset, ios[i].data, ios[i].len);
	return 0;
}

static int memory_flush(struct lun *lun, struct error *err)
{
	(void)lun;
	(void)err;
	return 0;
}

static void memory_close(struct lun *lun)
{
	free(of(lun));
}

static const struct lun_ops memory_ops = {
	.read = memory_read,
	.write = memory_write,
	.flush = memory_flush,
	.close = memory_close,
};

int lun_memory_open(uint8_t *bytes, uint64_t size, uint32_t block_size,
		    struct lun **out, struct error *err)
{
	struct lun_memory *self;

	if ((block_size != 512 && block_size != 4096) || size == 0 ||
	    size % block_size || size > SIZE_MAX)
		return error_set(err, ERROR_INTERNAL,
				 "%" PRIu64 " bytes of memory are not a LUN "
				 "with blocks of %" PRIu32,
				 size, block_size);
	self = alloc_zeroed(1, sizeof(*self));
	self->lun.ops = &memory_ops;
	self->lun.size = size;
	self->lun.block_size = block_size;
	self->bytes = bytes;
	*out = &self->lun;
	return 0;
}
