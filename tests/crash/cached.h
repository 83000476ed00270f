// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN behind a write cache of the array, which outlives the hosts: whoever
 * reads sees what is in it; only a flush, of whichever host, makes it stable.
 */
#ifndef TESTS_CRASH_CACHED_H
#define TESTS_CRASH_CACHED_H

#include "chance.h"
#include "trace.h"

/* All zeros: the untouched image. */
struct cached {
	struct sectors stable;
	struct trace pending; /* written since the last flush */
};

void cached_copy(const struct cached *from, struct cached *to);
void cached_free(struct cached *cached);

/* What a host reads. */
void cached_view(const struct cached *cached, struct sectors *out);

/* A host sends the first `sent` units of its run, and dies. */
void cached_take(struct cached *cached, const struct units *units, size_t sent);

/* A host makes a whole run; *out is all that is written from cached->stable on,
 * and when it is flushed. */
void cached_trace(const struct cached *cached, const struct trace *run,
		  struct trace *out);

/* The array loses power; a random part of what is pending has landed. */
void cached_lose(struct cached *cached, uint32_t atom, struct chance *chance);

#endif
