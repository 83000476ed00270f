// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What every fuzz target begins with.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever the input is. */
#define MUST(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

/* A copy of just its size, zero-padded up to `least`, so that ASan sees one
 * byte too many. */
static inline uint8_t *exact_copy(const uint8_t *data, size_t size,
				  size_t least)
{
	size_t len = size > least ? size : least;
	uint8_t *copy = calloc(1, len ? len : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	return copy;
}

#endif
