// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LVs by the segments that lvm2 reported.
 */
#include <stdio.h>
#include <string.h>

#include "audit.h"

const struct lv *find_lv(const struct side *side, const char *name)
{
	for (size_t i = 0; i < side->lv_count; i++) {
		if (strcmp(side->lvs[i].name, name) == 0)
			return &side->lvs[i];
	}
	return NULL;
}

bool is_foreign_name(const struct side *side, const char *name, size_t len)
{
	for (size_t i = 0; i < side->lv_count; i++) {
		const struct lv *lv = &side->lvs[i];

		if (lv->kind == FOREIGN && strlen(lv->name) == len &&
		    memcmp(lv->name, name, len) == 0)
			return true;
	}
	return false;
}

uint64_t lv_place(const struct side *side, const struct lv *lv, uint64_t at,
		  uint64_t *run)
{
	for (size_t i = 0; i < lv->seg_count; i++) {
		const struct seg *s = &lv->segs[i];
		uint64_t from = s->lv_extent * side->extent_size;
		uint64_t len = s->count * side->extent_size;

		if (at < from || at - from >= len)
			continue;
		*run = len - (at - from);
		return side->pe_start + s->pv_extent * side->extent_size + at -
		       from;
	}
	give_up("%s has no byte %llu", lv->name, (unsigned long long)at);
}

void lv_read(const struct side *side, const struct lv *lv, uint64_t at,
	     void *to, size_t len)
{
	uint8_t *p = to;

	while (len) {
		uint64_t run, place = lv_place(side, lv, at, &run);
		size_t n = run < len ? (size_t)run : len;

		image_read(&side->image, place, p, n);
		p += n;
		at += n;
		len -= n;
	}
}

void expect_lv_bytes(const struct side *side, const struct lv *lv, uint64_t at,
		     const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	while (len) {
		uint64_t run, place = lv_place(side, lv, at, &run);
		size_t n = run < len ? (size_t)run : len;

		expect_bytes(place, p, n);
		p += n;
		at += n;
		len -= n;
	}
}

void expect_lv_any(const struct side *side, const struct lv *lv, uint64_t at,
		   size_t len)
{
	while (len) {
		uint64_t run, place = lv_place(side, lv, at, &run);
		size_t n = run < len ? (size_t)run : len;

		expect_any(place, n);
		at += n;
		len -= n;
	}
}

void name_place(const struct side *side, uint64_t at, char *to, size_t room)
{
	uint64_t extent;

	snprintf(to, room, "byte %llu (in no LV)", (unsigned long long)at);
	if (at < side->pe_start)
		return;
	extent = (at - side->pe_start) / side->extent_size;
	for (size_t i = 0; i < side->lv_count; i++) {
		const struct lv *lv = &side->lvs[i];

		for (size_t j = 0; j < lv->seg_count; j++) {
			const struct seg *s = &lv->segs[j];

			if (extent < s->pv_extent ||
			    extent - s->pv_extent >= s->count)
				continue;
			snprintf(
				to, room, "byte %llu (%s byte %llu)",
				(unsigned long long)at, lv->name,
				(unsigned long long)(at - side->pe_start -
						     s->pv_extent *
							     side->extent_size +
						     s->lv_extent *
							     side->extent_size));
			return;
		}
	}
}
