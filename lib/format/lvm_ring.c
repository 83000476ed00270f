// SPDX-License-Identifier: LGPL-2.1-only
#include "format/lvm_ring.h"

static uint64_t round_up(uint64_t n, uint32_t to)
{
	return (n + to - 1) / to * to;
}

struct lvm_area lvm_ring_free_run(const struct lvm_mda *mda,
				  struct lvm_area but, uint32_t block_size)
{
	uint64_t from = mda->area.offset + LVM_MDA_HEADER_SIZE;
	uint64_t to = mda->area.offset + mda->area.size;
	struct lvm_mda_piece taken[3];
	struct lvm_area best = { 0 };
	unsigned n = 0;

	if (mda->text.offset)
		n = lvm_mda_pieces(mda, mda->text.offset, mda->text.size,
				   taken);
	if (but.size)
		taken[n++] = (struct lvm_mda_piece){ but.offset, but.size };

	/* From each place where a free run can begin to the next thing that
	 * is taken. Of runs as long, the first found: behind the text, as LVM
	 * itself would go on. */
	for (unsigned i = 0; i <= n; i++) {
		uint64_t begin = i < n ? taken[i].offset + taken[i].len : from;
		uint64_t stop = to;

		if (begin < from || begin > to)
			continue;

		for (unsigned j = 0; j < n; j++) {
			uint64_t taken_to = taken[j].offset + taken[j].len;

			if (taken[j].offset >= begin && taken[j].offset < stop)
				stop = taken[j].offset;
			else if (taken[j].offset < begin && taken_to > begin)
				stop = begin;
		}
		begin = round_up(begin, block_size);
		stop = stop / block_size * block_size;
		if (stop > begin && stop - begin > best.size)
			best = (struct lvm_area){ begin, stop - begin };
	}
	return best;
}
