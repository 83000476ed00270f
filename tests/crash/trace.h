// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a run wrote, in its order, and where it flushed; and the states in which
 * a power failure may leave the LUN.
 *
 * The disk has a volatile cache. Between two flushes any of the writes may have
 * reached it and any not, in any order. A write of several blocks may be torn;
 * what is never torn is a unit of `atom` bytes, aligned to them: 512 or 4096.
 */
#ifndef TESTS_CRASH_TRACE_H
#define TESTS_CRASH_TRACE_H

#include "base/buffer.h"
#include "sectors.h"

struct trace_write {
	uint64_t offset;
	size_t len;
	size_t data;	/* index into trace.bytes */
	unsigned epoch; /* how many flushes came before */
};

/* All zeros is an empty trace. */
struct trace {
	struct trace_write *writes;
	size_t count, room;
	struct buffer bytes;
	unsigned flushes;
};

void trace_add(struct trace *trace, uint64_t offset, const uint8_t *data,
	       size_t len);
void trace_flush(struct trace *trace);
void trace_clear(struct trace *trace);
void trace_free(struct trace *trace);

/* The trace cut into what lands whole or not at all. */
struct units {
	const struct trace *trace;
	struct trace_write *items;
	size_t count;
	size_t *first; /* of each epoch, and the count behind the last */
	unsigned epochs;
};

void units_cut(const struct trace *trace, uint32_t atom, struct units *out);
void units_free(struct units *units);

/* Has unit `i` land in `state`. */
void units_land(const struct units *units, size_t i, struct sectors *state);

#endif
