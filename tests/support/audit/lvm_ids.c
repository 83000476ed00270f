// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LVM's ids of PV, VG and LVs, old and new.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"

struct pair {
	char old[LVM_ID + 1], new[LVM_ID + 1];
};

static struct pair *pairs;
static size_t pair_count;
static bool sorted;

/* 6-4-4-4-4-4-6 of [0-9a-zA-Z]; lvm2 also knows ! and #, and never makes them
 * any more. */
bool lvm_id_here(const char *text, size_t len, size_t at)
{
	static const unsigned char dash_at[] = { 6, 11, 16, 21, 26, 31 };
	size_t dash = 0;

	if (len - at < LVM_ID || text[at + 6] != '-')
		return false;
	for (size_t i = 0; i < LVM_ID; i++) {
		char c = text[at + i];

		if (dash < sizeof(dash_at) && i == dash_at[dash]) {
			if (c != '-')
				return false;
			dash++;
		} else if (!isalnum((unsigned char)c) && c != '!' && c != '#') {
			return false;
		}
	}
	return true;
}

static int by_old(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->old,
		      ((const struct pair *)b)->old);
}

static int by_new(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->new,
		      ((const struct pair *)b)->new);
}

void lvm_ids_pair(const char *old, const char *new, const char *what)
{
	struct pair *p;

	if (!lvm_id_here(old, strlen(old), 0))
		give_up("lvm reports the id %s of %s", old, what);
	if (!lvm_id_here(new, strlen(new), 0) || strpbrk(new, "!#"))
		problem("%s: %s is not an id that LVM would make", what, new);
	if (strcmp(old, new) == 0)
		problem("%s: still has the old LVM id %s", what, old);
	pairs = grow_array(pairs, pair_count, sizeof(*pairs));
	p = &pairs[pair_count++];
	memset(p, 0, sizeof(*p));
	memcpy(p->old, old, LVM_ID);
	memcpy(p->new, new, strnlen(new, LVM_ID));
	sorted = false;
}

const char *lvm_ids_find(const char *old)
{
	struct pair key, *found;

	if (!pair_count)
		return NULL;
	if (!sorted)
		qsort(pairs, pair_count, sizeof(*pairs), by_old);
	sorted = true;
	memset(&key, 0, sizeof(key));
	memcpy(key.old, old, LVM_ID);
	found = bsearch(&key, pairs, pair_count, sizeof(*pairs), by_old);
	return found ? found->new : NULL;
}

void lvm_ids_check(void)
{
	for (size_t i = 0; i < pair_count; i++) {
		if (lvm_ids_find(pairs[i].new))
			problem("LVM id %s is one of the original",
				pairs[i].new);
	}
	sorted = false;
	qsort(pairs, pair_count, sizeof(*pairs), by_new);
	for (size_t i = 1; i < pair_count; i++) {
		if (strcmp(pairs[i].new, pairs[i - 1].new) == 0)
			problem("LVM id %s was given twice", pairs[i].new);
	}
}
