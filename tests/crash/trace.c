// SPDX-License-Identifier: LGPL-2.1-only
#include "trace.h"

#include <stdlib.h>

void trace_add(struct trace *trace, uint64_t offset, const uint8_t *data,
	       size_t len)
{
	if (trace->count == trace->room) {
		trace->room = trace->room ? 2 * trace->room : 64;
		trace->writes = must_have(realloc(
			trace->writes, trace->room * sizeof(*trace->writes)));
	}
	trace->writes[trace->count++] = (struct trace_write){
		.offset = offset,
		.len = len,
		.data = trace->bytes.len,
		.epoch = trace->flushes,
	};
	buffer_add(&trace->bytes, data, len);
}

void trace_flush(struct trace *trace)
{
	trace->flushes++;
}

void trace_clear(struct trace *trace)
{
	trace->count = 0;
	trace->bytes.len = 0;
	trace->flushes = 0;
}

void trace_free(struct trace *trace)
{
	free(trace->writes);
	buffer_free(&trace->bytes);
	*trace = (struct trace){ 0 };
}

/* How much of a write lands together with its byte `at`. */
static size_t unit_len(const struct trace_write *w, size_t at, uint32_t atom)
{
	size_t to_edge = atom - (size_t)((w->offset + at) % atom);

	return to_edge < w->len - at ? to_edge : w->len - at;
}

void units_cut(const struct trace *trace, uint32_t atom, struct units *out)
{
	struct units units = { .trace = trace, .epochs = trace->flushes + 1 };
	size_t most = trace->bytes.len / SECTOR + 1;

	units.items = must_have(calloc(most, sizeof(*units.items)));
	units.first = must_have(calloc(units.epochs + 1, sizeof(*units.first)));
	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_write *w = &trace->writes[i];

		for (size_t at = 0; at < w->len;) {
			size_t len = unit_len(w, at, atom);

			units.items[units.count++] = (struct trace_write){
				.offset = w->offset + at,
				.len = len,
				.data = w->data + at,
				.epoch = w->epoch,
			};
			at += len;
		}
	}
	for (unsigned e = 1; e <= units.epochs; e++) {
		size_t i = units.first[e - 1];

		while (i < units.count && units.items[i].epoch < e)
			i++;
		units.first[e] = i;
	}
	*out = units;
}

void units_free(struct units *units)
{
	free(units->items);
	free(units->first);
	*units = (struct units){ 0 };
}

void units_land(const struct units *units, size_t i, struct sectors *state)
{
	const struct trace_write *unit = &units->items[i];
	const uint8_t *data = units->trace->bytes.data + unit->data;

	for (size_t at = 0; at < unit->len; at += SECTOR)
		sectors_put(state, (unit->offset + at) / SECTOR, data + at);
}
