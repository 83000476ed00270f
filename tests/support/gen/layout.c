// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LVs in pieces all over the PV, and their bytes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen.h"

struct piece {
	size_t lv;
	uint64_t lv_extent, count;
};

uint64_t lv_size(const struct sr *sr, const struct glv *lv)
{
	return lv->extents * sr->extent_size;
}

/* Cuts each LV into pieces, in the order of the LV. */
static struct piece *cut(const struct sr *sr, size_t *count)
{
	struct piece *pieces = NULL;
	bool fragmented = chance(40);

	*count = 0;
	for (size_t i = 0; i < sr->lv_count; i++) {
		uint64_t left = sr->lvs[i].extents, at = 0;

		while (left) {
			uint64_t n = left;

			if (fragmented && left > 1 && chance(60))
				n = chance(30) ? 1 : between(1, left);
			pieces = grow(pieces, *count, sizeof(*pieces));
			pieces[(*count)++] = (struct piece){ i, at, n };
			at += n;
			left -= n;
		}
	}
	return pieces;
}

static void shuffle(size_t *order, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = below(i), was = order[i - 1];

		order[i - 1] = order[j];
		order[j] = was;
	}
}

/* LVM joins segments that touch; keep to what it would write. */
static void add_seg(struct glv *lv, const struct piece *p, uint64_t pv_extent)
{
	struct seg *last = lv->seg_count ? &lv->segs[lv->seg_count - 1] : NULL;

	if (last && last->pv_extent + last->count == pv_extent) {
		last->count += p->count;
		return;
	}
	lv->segs = grow(lv->segs, lv->seg_count, sizeof(*lv->segs));
	lv->segs[lv->seg_count++] =
		(struct seg){ p->lv_extent, p->count, pv_extent };
}

void lay_out(struct sr *sr)
{
	size_t count;
	struct piece *pieces = cut(sr, &count);
	size_t *order = calloc(count ? count : 1, sizeof(*order));
	uint64_t *where = calloc(count ? count : 1, sizeof(*where));
	uint64_t at = 0;

	if (!order || !where)
		die("out of memory");
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	if (chance(70))
		shuffle(order, count);
	for (size_t i = 0; i < count; i++) {
		if (chance(20))
			at += between(1, 3);
		where[order[i]] = at;
		at += pieces[order[i]].count;
	}
	for (size_t i = 0; i < count; i++)
		add_seg(&sr->lvs[pieces[i].lv], &pieces[i], where[i]);
	sr->used_extents = at;
	sr->pe_count = at + (chance(20) ? 0 : between(1, 10));
	free(pieces);
	free(order);
	free(where);
}

static void image_write(const struct sr *sr, uint64_t at, const void *bytes,
			size_t len)
{
	if (pwrite(sr->image, bytes, len, (off_t)at) != (ssize_t)len)
		die("cannot write the image: %s", strerror(errno));
}

void lv_write(const struct sr *sr, const struct glv *lv, uint64_t at,
	      const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	if (at + len > lv_size(sr, lv))
		die("%s: nothing can be written at %llu", lv->name,
		    (unsigned long long)at);
	for (size_t i = 0; i < lv->seg_count && len; i++) {
		const struct seg *s = &lv->segs[i];
		uint64_t from = s->lv_extent * sr->extent_size;
		uint64_t to = from + s->count * sr->extent_size;
		size_t n;

		if (at < from || at >= to)
			continue;
		n = to - at < len ? (size_t)(to - at) : len;
		image_write(sr,
			    sr->pe_start + s->pv_extent * sr->extent_size + at -
				    from,
			    p, n);
		p += n;
		at += n;
		len -= n;
	}
}
