// SPDX-License-Identifier: LGPL-2.1-only
#include "lun/lun.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int check_bounds(const struct lun *lun, const struct lun_io *ios,
			size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct lun_io *io = &ios[i];

		if (io->len == 0 || io->offset % lun->block_size ||
		    io->len % lun->block_size || io->offset > lun->size ||
		    io->len > lun->size - io->offset)
			return error_set(err, ERROR_INTERNAL,
					 "I/O of %zu bytes at byte %" PRIu64
					 " does not fit a LUN of %" PRIu64
					 " bytes in blocks of %u",
					 io->len, io->offset, lun->size,
					 lun->block_size);
	}
	return 0;
}

static int transfer_each(struct lun *lun, const struct lun_io *ios, size_t n,
			 bool write, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		if (lun->ops->transfer(lun, &ios[i], write, err))
			return -1;
	}
	return 0;
}

int lun_read(struct lun *lun, const struct lun_io *ios, size_t n,
	     struct error *err)
{
	if (check_bounds(lun, ios, n, err))
		return -1;
	if (lun->ops->transfer)
		return transfer_each(lun, ios, n, false, err);
	return n ? lun->ops->read(lun, ios, n, err) : 0;
}

int lun_write(struct lun *lun, const struct lun_io *ios, size_t n,
	      struct error *err)
{
	if (check_bounds(lun, ios, n, err))
		return -1;
	if (lun->ops->transfer)
		return transfer_each(lun, ios, n, true, err);
	return n ? lun->ops->write(lun, ios, n, err) : 0;
}

int lun_flush(struct lun *lun, struct error *err)
{
	return lun->ops->flush(lun, err);
}

int lun_flush_read(struct lun *lun, const struct lun_io *ios, size_t n,
		   struct error *err)
{
	if (check_bounds(lun, ios, n, err))
		return -1;
	if (lun->ops->flush_read)
		return lun->ops->flush_read(lun, ios, n, err);
	return lun_flush(lun, err) || lun_read(lun, ios, n, err) ? -1 : 0;
}

static int swap_in_steps(struct lun *lun, uint64_t offset,
			 const uint8_t *expect, const uint8_t *with,
			 uint8_t *scratch, bool *swapped, struct error *err)
{
	struct lun_io read = { offset, lun->block_size, scratch };
	struct lun_io write = { offset, lun->block_size, scratch };

	*swapped = false;
	if (lun_read(lun, &read, 1, err))
		return -1;
	if (memcmp(scratch, expect, lun->block_size) != 0)
		return 0;
	memcpy(scratch, with, lun->block_size);
	if (lun_write(lun, &write, 1, err))
		return -1;
	if (lun_read(lun, &read, 1, err))
		return -1;
	*swapped = memcmp(scratch, with, lun->block_size) == 0;
	return 0;
}

int lun_swap(struct lun *lun, uint64_t offset, const uint8_t *expect,
	     const uint8_t *with, bool *swapped, struct error *err)
{
	const struct lun_io io = { offset, lun->block_size, NULL };
	enum lun_swapped outcome = LUN_CANNOT_SWAP;
	uint8_t *scratch;
	int failed;

	if (check_bounds(lun, &io, 1, err))
		return -1;
	if (lun->ops->swap &&
	    lun->ops->swap(lun, offset, expect, with, &outcome, err))
		return -1;
	if (outcome != LUN_CANNOT_SWAP) {
		*swapped = outcome == LUN_SWAPPED;
		return 0;
	}
	scratch = alloc_zeroed(lun->block_size, 1);
	failed =
		swap_in_steps(lun, offset, expect, with, scratch, swapped, err);
	free(scratch);
	return failed;
}

int lun_fence(struct lun *lun, struct error *err)
{
	return lun->ops->fence ? lun->ops->fence(lun, err) : 1;
}

void lun_unfence(struct lun *lun)
{
	if (lun->ops->unfence)
		lun->ops->unfence(lun);
}

void lun_close(struct lun *lun)
{
	if (lun)
		lun->ops->close(lun);
}
