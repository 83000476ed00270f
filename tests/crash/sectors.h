// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Some 512-byte sectors by their number: what a crash left, what a run wrote.
 * A few hundred of them lie over an image of GiBs, so that a state of a LUN is
 * copied, compared and thrown away in microseconds.
 */
#ifndef TESTS_CRASH_SECTORS_H
#define TESTS_CRASH_SECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECTOR 512

struct sector {
	uint64_t number;
	uint8_t data[SECTOR];
};

/* All zeros is an empty set. */
struct sectors {
	struct sector *items; /* in the order in which they came */
	size_t count, room;
	uint32_t *table; /* index + 1 into items, by hash; 0 is free */
	size_t table_size;
};

void sectors_free(struct sectors *set);
void sectors_clear(struct sectors *set);
void sectors_copy(const struct sectors *from, struct sectors *to);

/* The 512 bytes of a sector, or NULL. */
const uint8_t *sectors_find(const struct sectors *set, uint64_t number);

/* Puts or replaces one sector. */
void sectors_put(struct sectors *set, uint64_t number, const uint8_t *data);

/* Memory that a test cannot do without: ends the program if there is none. */
void *must_have(void *memory);

#endif
