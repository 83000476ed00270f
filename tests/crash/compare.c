// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A state of a LUN against a world. Where in the ring a run puts its text is its
 * own affair; all else is compared byte for byte.
 */
#include <string.h>

#include "format/resign_journal.h"

#include "worlds.h"

#define SLOT_0_AT 40 /* in an mda_header: where its text is, u64 */

/* The metadata areas as a state has them. */
struct layout {
	const struct worlds *worlds;
	const struct world *world;
	const struct sectors *state;
	struct lvm_mda mdas[LVM_MAX_MDAS];
};

/* The index of the area whose ring a sector lies in, or LVM_MAX_MDAS. */
static unsigned ring_of(const struct world *world, uint64_t number)
{
	for (unsigned i = 0; i < world->mda_count; i++) {
		const struct lvm_area *area = &world->mdas[i].area;

		if (number * SECTOR >= area->offset + LVM_MDA_HEADER_SIZE &&
		    number * SECTOR < area->offset + area->size)
			return i;
	}
	return LVM_MAX_MDAS;
}

static bool is_in_free_extent(const struct world *world, uint64_t number)
{
	uint64_t extent;

	if (number * SECTOR < world->pe_start)
		return false;
	extent = (number * SECTOR - world->pe_start) / world->extent;
	return extent >= MAX_EXTENTS || !world->used[extent];
}

/* But for live text in the ring, which is compared as text. */
static bool is_nobodys(const struct world *world, uint64_t number)
{
	return ring_of(world, number) < LVM_MAX_MDAS ||
	       is_in_free_extent(world, number) ||
	       number == JOURNAL_PLACE_AT / SECTOR;
}

static bool is_header(const struct world *world, uint64_t number)
{
	for (unsigned i = 0; i < world->mda_count; i++) {
		if (world->mdas[i].area.offset == number * SECTOR)
			return true;
	}
	return false;
}

static void get_text(const struct worlds *worlds, const struct sectors *state,
		     const struct lvm_mda *mda, uint64_t from, uint8_t *to,
		     size_t len)
{
	uint64_t ring = mda->area.size - LVM_MDA_HEADER_SIZE;

	for (size_t i = 0; i < len; i++) {
		uint64_t at = mda->text.offset - LVM_MDA_HEADER_SIZE + from + i;

		at = mda->area.offset + LVM_MDA_HEADER_SIZE + at % ring;
		to[i] = sim_sector(worlds->base, state,
				   at / SECTOR)[at % SECTOR];
	}
}

static bool same_text(const struct layout *l, unsigned i)
{
	const struct lvm_mda *here = &l->mdas[i], *there = &l->world->mdas[i];
	uint8_t a[SECTOR], b[SECTOR];

	if (here->text.size != there->text.size)
		return false;
	if (!here->text.offset || !there->text.offset)
		return here->text.offset == there->text.offset;
	for (uint64_t at = 0; at < here->text.size; at += SECTOR) {
		size_t len = here->text.size - at < SECTOR
				     ? (size_t)(here->text.size - at)
				     : SECTOR;

		get_text(l->worlds, l->state, here, at, a, len);
		get_text(l->worlds, &l->world->state, there, at, b, len);
		if (memcmp(a, b, len) != 0)
			return false;
	}
	return true;
}

/* The header's own checksum was checked by whoever parsed it. */
static bool same_header(const uint8_t *a, const uint8_t *b)
{
	const size_t rest = SLOT_0_AT + sizeof(uint64_t);

	return memcmp(a + 4, b + 4, SLOT_0_AT - 4) == 0 &&
	       memcmp(a + rest, b + rest, SECTOR - rest) == 0;
}

static bool same_sector(const struct layout *l, uint64_t number)
{
	const uint8_t *a = sim_sector(l->worlds->base, l->state, number);
	const uint8_t *b =
		sim_sector(l->worlds->base, &l->world->state, number);

	if (is_nobodys(l->world, number))
		return true;
	return is_header(l->world, number) ? same_header(a, b)
					   : memcmp(a, b, SECTOR) == 0;
}

static bool read_layout(struct layout *l, uint64_t *where)
{
	for (unsigned i = 0; i < l->world->mda_count; i++) {
		const struct lvm_area *area = &l->world->mdas[i].area;
		const uint8_t *header;
		struct error err;

		*where = area->offset / SECTOR;
		header = sim_sector(l->worlds->base, l->state, *where);
		if (lvm_mda_parse(header, area, l->worlds->base->size,
				  &l->mdas[i], &err))
			return false;
	}
	return true;
}

bool worlds_same(const struct worlds *worlds, unsigned world,
		 const struct sectors *state, uint64_t *where)
{
	struct layout l = { .worlds = worlds,
			    .world = &worlds->items[world],
			    .state = state };
	const struct sectors *sets[2] = { state, &l.world->state };

	if (!read_layout(&l, where))
		return false;
	for (unsigned s = 0; s < 2; s++) {
		for (size_t i = 0; i < sets[s]->count; i++) {
			*where = sets[s]->items[i].number;
			if (!same_sector(&l, *where))
				return false;
		}
	}
	for (unsigned i = 0; i < l.world->mda_count; i++) {
		*where = (l.mdas[i].area.offset + l.mdas[i].text.offset) /
			 SECTOR;
		if (!same_text(&l, i))
			return false;
	}
	return true;
}

unsigned worlds_which(const struct worlds *worlds, const struct sectors *state)
{
	uint64_t where;

	for (unsigned i = 0; i < worlds->count; i++) {
		if (worlds_same(worlds, i, state, &where))
			return i;
	}
	return NO_WORLD;
}

/* Whether a sector is what it was in the world, or in one that it comes from,
 * or on the untouched image. */
static bool was_there(const struct worlds *worlds, unsigned world,
		      uint64_t number, const uint8_t *data)
{
	for (;; world = worlds->items[world].parent) {
		const struct world *w = &worlds->items[world];

		if (memcmp(sim_sector(worlds->base, &w->state, number), data,
			   SECTOR) == 0)
			return true;
		if (w->run == 0)
			return false;
	}
}

bool worlds_left_over(const struct worlds *worlds, unsigned world,
		      const struct sectors *state, uint64_t *where)
{
	static const uint8_t zeros[SECTOR];
	struct layout l = { .worlds = worlds,
			    .world = &worlds->items[world],
			    .state = state };

	if (!read_layout(&l, where))
		return true;
	for (size_t i = 0; i < state->count; i++) {
		const struct sector *s = &state->items[i];
		unsigned ring = ring_of(l.world, s->number);

		*where = s->number;
		if (is_nobodys(l.world, s->number) &&
		    (ring == LVM_MAX_MDAS ||
		     lvm_mda_is_free(&l.mdas[ring], s->number * SECTOR,
				     SECTOR)) &&
		    memcmp(s->data, zeros, SECTOR) != 0 &&
		    !was_there(worlds, world, s->number, s->data))
			return true;
	}
	return false;
}

bool worlds_holds_text(const struct worlds *worlds, unsigned world,
		       const struct sectors *state, uint64_t number)
{
	struct layout l = { .worlds = worlds,
			    .world = &worlds->items[world],
			    .state = state };
	unsigned ring = ring_of(l.world, number);
	uint64_t where;

	return read_layout(&l, &where) && ring < LVM_MAX_MDAS &&
	       !lvm_mda_is_free(&l.mdas[ring], number * SECTOR, SECTOR);
}
