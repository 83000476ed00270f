// SPDX-License-Identifier: LGPL-2.1-only
#include "lun/lun.h"

#include <inttypes.h>

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

int lun_read(struct lun *lun, const struct lun_io *ios, size_t n,
	     struct error *err)
{
	if (check_bounds(lun, ios, n, err))
		return -1;
	return n ? lun->ops->read(lun, ios, n, err) : 0;
}

int lun_write(struct lun *lun, const struct lun_io *ios, size_t n,
	      struct error *err)
{
	if (check_bounds(lun, ios, n, err))
		return -1;
	return n ? lun->ops->write(lun, ios, n, err) : 0;
}

int lun_flush(struct lun *lun, struct error *err)
{
	return lun->ops->flush(lun, err);
}

void lun_close(struct lun *lun)
{
	if (lun)
		lun->ops->close(lun);
}
