// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/journal_find.h"

#include <inttypes.h>
#include <stdlib.h>

#include "format/lvm_ring.h"
#include "txn/read_blocks.h"

/* Label, the first area's header where LVM puts it, and the ring's first place
 * for a head. */
#define HEAD_BYTES 12288

/* The ring's last place for a head, and behind it the start of the first
 * extent, where the storage manager's MGT LV lies: the loader's next wish. */
#define TAIL_BYTES 12288

struct search {
	struct lun *lun;
	struct image *seen;
	struct want_list wants;
	struct error *err;
};

/* Has what parsing asked for read. */
static int fetch(struct search *s)
{
	int failed = read_wanted(s->lun, &s->wants, s->seen, s->err);

	s->wants.count = 0;
	return failed;
}

static int read_mdas(struct search *s, const struct lvm_label *label,
		     struct lvm_mda mdas[LVM_MAX_MDAS], unsigned *count)
{
	uint8_t header[LVM_MDA_HEADER_SIZE];
	uint64_t size = s->lun->size;
	struct error unused;

	*count = 0;
	for (unsigned i = 0; i < label->mda_count; i++) {
		const struct lvm_area *area = &label->mdas[i];

		if (area->offset <= size &&
		    size - area->offset >= sizeof(header))
			want_bytes(s->seen, &s->wants, area->offset, header,
				   sizeof(header));
	}
	if (fetch(s))
		return -1;
	/* An area that is not sound is the loader's to complain about. */
	for (unsigned i = 0; i < label->mda_count; i++) {
		if (image_get(s->seen, label->mdas[i].offset, header,
			      sizeof(header)) &&
		    !lvm_mda_parse(header, &label->mdas[i], size, &mdas[*count],
				   &unused))
			(*count)++;
	}
	return 0;
}

/* The weight of what was found, for choosing among several. */
static int rank(const struct journal_spot *spot)
{
	switch (spot->found) {
	case JOURNAL_SOUND:
		return spot->head.state == JOURNAL_COMMITTED ? 3 : 1;
	case JOURNAL_DAMAGED:
		return 2;
	case JOURNAL_NONE:
		break;
	}
	return 0;
}

static int look_at(struct search *s, uint64_t at, struct journal_spot *best)
{
	uint8_t sector[JOURNAL_HEAD_SIZE];
	struct journal_spot spot = { .at = at };

	if (!image_get(s->seen, at, sector, sizeof(sector)))
		return 0;
	spot.found = journal_head_decode(sector, &spot.head);
	if (rank(&spot) == 3 && rank(best) == 3)
		return error_set(s->err, ERROR_LUN_CONTENT,
				 "this LUN holds two journals of interrupted "
				 "resigns, at bytes %" PRIu64 " and %" PRIu64
				 "; make a new clone of the original LUN",
				 best->at, at);
	if (rank(&spot) > rank(best))
		*best = spot;
	return 0;
}

/* Whether this is the place at the end of the first area's ring, with room on
 * the LUN behind it. */
static bool is_last(const struct search *s, const struct lvm_mda *mda,
		    uint64_t place)
{
	uint64_t end = mda->area.offset + mda->area.size;

	return place < end && end - place < 2 * RING_HEAD_SIZE &&
	       s->lun->size - place >= TAIL_BYTES;
}

static int search_places(struct search *s, const struct lvm_mda *mdas,
			 unsigned count, struct journal_spot *best)
{
	uint64_t places[LVM_MAX_MDAS * RING_HEAD_PLACES];
	uint8_t bytes[TAIL_BYTES];
	unsigned n = 0;

	for (unsigned i = 0; i < count; i++) {
		if (!mdas[i].ignored)
			n += lvm_ring_head_places(&mdas[i], places + n);
	}
	for (unsigned i = 0; i < n; i++)
		want_bytes(s->seen, &s->wants, places[i], bytes,
			   is_last(s, &mdas[0], places[i]) ? sizeof(bytes)
							   : JOURNAL_HEAD_SIZE);
	if (fetch(s))
		return -1;
	for (unsigned i = 0; i < n; i++) {
		if (look_at(s, places[i], best))
			return -1;
	}
	return 0;
}

int journal_find(struct lun *lun, struct image *seen, struct journal_spot *out,
		 struct error *err)
{
	struct search s = { .lun = lun, .seen = seen, .err = err };
	struct journal_spot best = { .found = JOURNAL_NONE };
	struct lvm_mda mdas[LVM_MAX_MDAS];
	uint8_t head[HEAD_BYTES];
	struct lvm_label label;
	struct error unused;
	unsigned count = 0;
	int failed = 0;

	if (lun->size >= sizeof(head)) {
		want_bytes(seen, &s.wants, 0, head, sizeof(head));
		failed = fetch(&s);
		if (!failed && image_get(seen, 0, head, sizeof(head)) &&
		    !lvm_label_find(head, &label, &unused))
			failed = read_mdas(&s, &label, mdas, &count) ||
				 search_places(&s, mdas, count, &best);
	}
	want_list_free(&s.wants);
	if (failed)
		return -1;
	*out = best;
	return 0;
}
