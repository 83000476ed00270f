// SPDX-License-Identifier: LGPL-2.1-only
#include "sectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_TABLE 1024

void *must_have(void *memory)
{
	if (!memory) {
		puts("Bail out! out of memory");
		exit(3);
	}
	return memory;
}

void sectors_free(struct sectors *set)
{
	free(set->items);
	free(set->table);
	*set = (struct sectors){ 0 };
}

void sectors_clear(struct sectors *set)
{
	if (set->count)
		memset(set->table, 0, set->table_size * sizeof(*set->table));
	set->count = 0;
}

/* The place in the table of this sector, or the free place where it goes. */
static size_t place_of(const struct sectors *set, uint64_t number)
{
	size_t mask = set->table_size - 1;
	size_t at = (size_t)((number * 0x9e3779b97f4a7c15u) >> 32) & mask;

	while (set->table[at] &&
	       set->items[set->table[at] - 1].number != number)
		at = (at + 1) & mask;
	return at;
}

static void set_table(struct sectors *set, size_t size)
{
	free(set->table);
	set->table = must_have(calloc(size, sizeof(*set->table)));
	set->table_size = size;
	for (size_t i = 0; i < set->count; i++)
		set->table[place_of(set, set->items[i].number)] =
			(uint32_t)i + 1;
}

static void make_room(struct sectors *set, size_t count)
{
	size_t room = set->room ? set->room : FIRST_TABLE / 2;

	while (room < count)
		room *= 2;
	if (room == set->room)
		return;
	set->items = must_have(realloc(set->items, room * sizeof(*set->items)));
	set->room = room;
	set_table(set, 2 * room);
}

void sectors_copy(const struct sectors *from, struct sectors *to)
{
	if (from->count == 0) {
		sectors_clear(to);
		return;
	}
	if (to->table_size != from->table_size) {
		sectors_free(to);
		to->items =
			must_have(malloc(from->room * sizeof(*from->items)));
		to->table = must_have(
			malloc(from->table_size * sizeof(*from->table)));
		to->room = from->room;
		to->table_size = from->table_size;
	}
	to->count = from->count;
	memcpy(to->items, from->items, from->count * sizeof(*from->items));
	memcpy(to->table, from->table, from->table_size * sizeof(*from->table));
}

const uint8_t *sectors_find(const struct sectors *set, uint64_t number)
{
	uint32_t index;

	if (set->count == 0)
		return NULL;
	index = set->table[place_of(set, number)];
	return index ? set->items[index - 1].data : NULL;
}

void sectors_put(struct sectors *set, uint64_t number, const uint8_t *data)
{
	size_t at;

	make_room(set, set->count + 1);
	at = place_of(set, number);
	if (!set->table[at]) {
		set->items[set->count].number = number;
		set->table[at] = (uint32_t)++set->count;
	}
	memcpy(set->items[set->table[at] - 1].data, data, SECTOR);
}
