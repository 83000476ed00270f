// SPDX-License-Identifier: LGPL-2.1-only
#include "format/lvm_ring.h"

static uint64_t round_up(uint64_t n, uint32_t to)
{
	return (n + to - 1) / to * to;
}

static uint64_t round_down(uint64_t n, uint32_t to)
{
	return n / to * to;
}

/* The first whole place behind the live text, at the ring's start again if
 * there is none before its end. */
static uint64_t place_behind_text(const struct lvm_mda *mda, uint64_t start,
				  uint64_t end)
{
	struct lvm_mda_piece live[2];
	unsigned n =
		lvm_mda_pieces(mda, mda->text.offset, mda->text.size, live);
	uint64_t at =
		round_up(live[n - 1].offset + live[n - 1].len, RING_HEAD_SIZE);

	return at + RING_HEAD_SIZE <= end ? at : start;
}

/* How many bytes LVM can write behind the live text, on round the ring, before
 * it comes to a free place. */
static uint64_t ahead(const struct lvm_mda *mda, uint64_t place)
{
	uint64_t ring = mda->area.size - LVM_MDA_HEADER_SIZE;
	uint64_t begin = mda->text.offset - LVM_MDA_HEADER_SIZE;
	uint64_t at = place - mda->area.offset - LVM_MDA_HEADER_SIZE;

	if (!mda->text.offset)
		return 0;
	return (at + 2 * ring - begin - mda->text.size) % ring;
}

unsigned lvm_ring_head_places(const struct lvm_mda *mda,
			      uint64_t places[RING_HEAD_PLACES])
{
	uint64_t from = mda->area.offset + LVM_MDA_HEADER_SIZE;
	uint64_t to = mda->area.offset + mda->area.size;
	uint64_t start = round_up(from, RING_HEAD_SIZE);
	uint64_t end = round_down(to, RING_HEAD_SIZE);
	uint64_t fixed[RING_HEAD_PLACES] = {
		end - RING_HEAD_SIZE,
		start,
		round_down(start + (end - start) / 2, RING_HEAD_SIZE),
	};
	unsigned n = 0;

	/* Three places that are apart, or none. */
	if (end < start || end - start < 4 * RING_HEAD_SIZE)
		return 0;
	for (unsigned i = 0; i < RING_HEAD_PLACES; i++) {
		uint64_t place = fixed[i];

		if (!lvm_mda_is_free(mda, place, RING_HEAD_SIZE))
			continue;
		places[n++] = place;
		if (ahead(mda, place) > ahead(mda, places[0])) {
			places[n - 1] = places[0];
			places[0] = place;
		}
	}
	if (n == 0) {
		places[0] = place_behind_text(mda, start, end);
		if (lvm_mda_is_free(mda, places[0], RING_HEAD_SIZE))
			n = 1;
	}
	return n;
}

struct lvm_area lvm_ring_free_run(const struct lvm_mda *mda, uint64_t head,
				  struct lvm_area avoid, uint32_t block_size)
{
	uint64_t from = mda->area.offset + LVM_MDA_HEADER_SIZE;
	uint64_t to = mda->area.offset + mda->area.size;
	struct lvm_mda_piece taken[4];
	struct lvm_area best = { 0 };
	unsigned n = 0;

	if (mda->text.offset)
		n = lvm_mda_pieces(mda, mda->text.offset, mda->text.size,
				   taken);
	if (head)
		taken[n++] = (struct lvm_mda_piece){ head, RING_HEAD_SIZE };
	if (avoid.size)
		taken[n++] = (struct lvm_mda_piece){ avoid.offset, avoid.size };

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
		stop = round_down(stop, block_size);
		if (stop > begin && stop - begin > best.size)
			best = (struct lvm_area){ begin, stop - begin };
	}
	return best;
}
