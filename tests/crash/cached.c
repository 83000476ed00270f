// SPDX-License-Identifier: LGPL-2.1-only
#include "cached.h"

static void add(struct trace *to, const struct trace_write *w,
		const struct buffer *bytes)
{
	trace_add(to, w->offset, bytes->data + w->data, w->len);
}

static void add_all(struct trace *to, const struct trace *from)
{
	for (size_t i = 0; i < from->count; i++) {
		while (to->flushes < from->writes[i].epoch)
			trace_flush(to);
		add(to, &from->writes[i], &from->bytes);
	}
	while (to->flushes < from->flushes)
		trace_flush(to);
}

void cached_copy(const struct cached *from, struct cached *to)
{
	sectors_copy(&from->stable, &to->stable);
	trace_clear(&to->pending);
	add_all(&to->pending, &from->pending);
}

void cached_free(struct cached *cached)
{
	sectors_free(&cached->stable);
	trace_free(&cached->pending);
}

static void land_all(const struct trace *trace, struct sectors *state)
{
	struct units units;

	units_cut(trace, SECTOR, &units);
	for (size_t i = 0; i < units.count; i++)
		units_land(&units, i, state);
	units_free(&units);
}

void cached_view(const struct cached *cached, struct sectors *out)
{
	sectors_copy(&cached->stable, out);
	land_all(&cached->pending, out);
}

void cached_take(struct cached *cached, const struct units *units, size_t sent)
{
	unsigned epoch = 0;

	for (size_t i = 0; i < sent; i++) {
		if (units->items[i].epoch != epoch) {
			land_all(&cached->pending, &cached->stable);
			trace_clear(&cached->pending);
			epoch = units->items[i].epoch;
		}
		add(&cached->pending, &units->items[i], &units->trace->bytes);
	}
}

void cached_trace(const struct cached *cached, const struct trace *run,
		  struct trace *out)
{
	*out = (struct trace){ 0 };
	add_all(out, &cached->pending);
	add_all(out, run);
}

void cached_lose(struct cached *cached, uint32_t atom, struct chance *chance)
{
	uint64_t odds = chance_below(chance, 9);
	struct units units;

	units_cut(&cached->pending, atom, &units);
	for (size_t i = 0; i < units.count; i++) {
		if (chance_below(chance, 8) < odds)
			units_land(&units, i, &cached->stable);
	}
	units_free(&units);
	trace_clear(&cached->pending);
}
