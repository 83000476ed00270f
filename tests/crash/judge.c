// SPDX-License-Identifier: LGPL-2.1-only
#include "judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/resign_journal.h"
#include "overlay.h"

#define REPORTS 2 /* wrong verdicts of one kind that are printed */

void suite_init(struct suite *suite, const struct sim_base *base,
		struct worlds *worlds, uint32_t atom)
{
	memset(suite, 0, sizeof(*suite));
	suite->base = base;
	suite->worlds = worlds;
	suite->block_size = worlds->disk.lun.block_size;
	suite->means = worlds->disk.means;
	suite->atom = atom;
	sim_disk_init(&suite->disk, base, suite->block_size, suite->means);
}

void suite_free(struct suite *suite)
{
	sim_disk_free(&suite->disk);
	free(suite->seen);
	suite->seen = NULL;
}

void suite_begin(struct suite *suite, const char *what)
{
	snprintf(suite->name, sizeof(suite->name), "%s", what);
	suite->total = suite->distinct = 0;
	suite->failed = suite->left_over = 0;
	memset(suite->wrong, 0, sizeof(suite->wrong));
	free(suite->seen);
	suite->seen = NULL;
	suite->seen_size = suite->seen_count = 0;
}

bool suite_end(struct suite *suite, unsigned known)
{
	bool good = suite->failed * 1000 <= suite->total * known;

	printf("%s %s: %lu states, %lu distinct", good ? "ok" : "not ok",
	       suite->name, suite->total, suite->distinct);
	if (suite->failed)
		printf(", %lu wrong%s", suite->failed,
		       good ? " (a known limit)" : "");
	if (suite->left_over)
		printf(", %lu with old rubbish in the free ring",
		       suite->left_over);
	putchar('\n');
	for (unsigned i = 0; i < WRONG_KINDS && suite->wrong[i].fmt; i++)
		printf("# %lu wrong of the kind \"%s\"\n",
		       suite->wrong[i].count, suite->wrong[i].fmt);
	fflush(stdout);
	return good;
}

bool suite_wrong(struct suite *suite, const char *fmt, ...)
{
	va_list ap;

	unsigned kind = 0;

	suite->failed++;
	while (kind < WRONG_KINDS - 1 && suite->wrong[kind].fmt &&
	       suite->wrong[kind].fmt != fmt)
		kind++;
	suite->wrong[kind].fmt = fmt;
	if (suite->wrong[kind].count++ < REPORTS) {
		printf("# %s, %s: ", suite->name, suite->where);
		va_start(ap, fmt);
		vprintf(fmt, ap);
		va_end(ap);
		putchar('\n');
	}
	return false;
}

/* ---- which states were tried ---- */

static uint64_t mix(uint64_t h, uint64_t value)
{
	h = (h ^ value) * 0x9fb21c651e98df25u;
	return h ^ h >> 32;
}

static uint64_t hash_sector(const struct sector *sector)
{
	uint64_t h = mix(0x8f14e45fceea167au, sector->number);

	for (size_t i = 0; i < SECTOR; i += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, sector->data + i, sizeof(word));
		h = mix(h, word);
	}
	return h;
}

/* Of the content, in whatever order it was written. */
static uint64_t hash_state(const struct suite *suite,
			   const struct sectors *state)
{
	uint64_t h = 0;

	for (size_t i = 0; i < state->count; i++) {
		const struct sector *s = &state->items[i];

		if (memcmp(s->data, sim_base_sector(suite->base, s->number),
			   SECTOR) != 0)
			h += hash_sector(s);
	}
	return h;
}

static uint64_t *seen_place(struct suite *suite, uint64_t hash)
{
	size_t at = (size_t)hash & (suite->seen_size - 1);

	while (suite->seen[at] && suite->seen[at] != hash)
		at = (at + 1) & (suite->seen_size - 1);
	return &suite->seen[at];
}

static void grow_seen(struct suite *suite)
{
	uint64_t *old = suite->seen;
	size_t size = suite->seen_size;

	suite->seen_size = size ? 2 * size : 4096;
	suite->seen = must_have(calloc(suite->seen_size, sizeof(*suite->seen)));
	for (size_t i = 0; i < size; i++) {
		if (old[i])
			*seen_place(suite, old[i]) = old[i];
	}
	free(old);
}

bool suite_is_new(struct suite *suite, const struct sectors *state,
		  unsigned salt)
{
	uint64_t hash = mix(hash_state(suite, state), salt) | 1;
	uint64_t *place;

	suite->total++;
	if (2 * suite->seen_count >= suite->seen_size)
		grow_seen(suite);
	place = seen_place(suite, hash);
	if (*place)
		return false;
	*place = hash;
	suite->seen_count++;
	suite->distinct++;
	return true;
}

/* ---- verdicts ---- */

bool sectors_head(const struct sectors *state, enum journal_state wanted,
		  struct journal_head *head)
{
	const uint8_t *sector = sectors_find(state, JOURNAL_PLACE_AT / SECTOR);
	uint8_t place[JOURNAL_PLACE_SIZE] = { 0 };

	if (sector)
		memcpy(place, sector, SECTOR);
	return journal_head_decode(place, head) == wanted;
}

/* The world that a committed journal leads to. */
static unsigned world_of_head(struct worlds *worlds,
			      const struct journal_head *head)
{
	unsigned number = head->new_sr.bytes[15];

	for (unsigned i = 0; i < worlds->count; i++) {
		if (lvm_id_equal(&worlds->items[i].vg, &head->old_vg))
			return worlds_child(worlds, i, number);
	}
	return NO_WORLD;
}

bool judge_state(struct suite *suite, const struct sectors *state,
		 unsigned number, struct found_state *out)
{
	struct journal_head head;
	uint64_t where = 0;

	out->committed = sectors_head(state, JOURNAL_COMMITTED, &head);
	if (out->committed) {
		out->body = head.body_at / SECTOR;
		out->body_end =
			(head.body_at + head.body_len + SECTOR - 1) / SECTOR;
		out->world = world_of_head(suite->worlds, &head);
		out->result = out->world;
		if (out->world == NO_WORLD)
			return suite_wrong(suite,
					   "committed to something unknown");
		return true;
	}
	out->world = worlds_which(suite->worlds, state);
	if (out->world == NO_WORLD) {
		worlds_same(suite->worlds, 0, state, &where);
		return suite_wrong(suite,
				   "not committed, but sector %" PRIu64
				   " is changed",
				   where);
	}
	out->result = worlds_child(suite->worlds, out->world, number);
	if (out->result == NO_WORLD)
		return suite_wrong(suite, "no such world: %s",
				   suite->worlds->err.text);
	return true;
}

/* Whether the journal that was committed is gone, or live text of a later run is
 * in its place. */
static bool is_wiped(struct suite *suite, unsigned world,
		     const struct found_state *journal)
{
	static const uint8_t zeros[SECTOR];
	const struct sectors *now = &suite->disk.now;

	for (uint64_t s = journal->body; s < journal->body_end; s++) {
		if (memcmp(sim_sector(suite->base, now, s), zeros, SECTOR) &&
		    !worlds_holds_text(suite->worlds, world, now, s))
			return suite_wrong(
				suite,
				"sector %" PRIu64 " of the journal is left", s);
	}
	return true;
}

bool judge_result(struct suite *suite, unsigned world,
		  const struct found_state *journal)
{
	static const uint8_t zeros[SECTOR];
	const struct sectors *now = &suite->disk.now;
	uint64_t where;

	if (!worlds_same(suite->worlds, world, now, &where))
		return suite_wrong(suite,
				   "mixed: sector %" PRIu64
				   " is not that of run %u",
				   where, suite->worlds->items[world].run);
	if (memcmp(sim_sector(suite->base, now, JOURNAL_PLACE_AT / SECTOR),
		   zeros, SECTOR) != 0)
		return suite_wrong(suite, "the journal's head is left");
	suite->left_over += worlds_left_over(suite->worlds, world, now, &where);
	return !journal || !journal->committed ||
	       is_wiped(suite, world, journal);
}

static bool only_recovery(struct suite *suite, const struct sectors *state,
			  const struct run *run,
			  const struct found_state *found)
{
	struct sim_disk *disk = &suite->disk;
	struct error err = { .text = "" };
	bool completed;
	uint64_t where;

	sim_disk_start(disk, state);
	if (run_recovery(disk, run, &completed, &err))
		return suite_wrong(suite, "recovery: %s", err.text);
	if (completed != found->committed)
		return suite_wrong(suite, "recovery says %s",
				   completed ? "completed" : "nothing to do");
	if (completed)
		return judge_result(suite, found->world, found);
	if (!worlds_same(suite->worlds, found->world, &disk->now, &where))
		return suite_wrong(suite,
				   "recovery changed sector %" PRIu64
				   " without a committed journal",
				   where);
	return true;
}

bool judge_trial(struct suite *suite, const struct sectors *state,
		 const struct run *run)
{
	struct error err = { .text = "" };
	struct run seeded = *run;
	struct found_state found;

	if (!judge_state(suite, state, run->number, &found) ||
	    !only_recovery(suite, state, run, &found))
		return false;
	seeded.seed = worlds_seed(suite->worlds, found.world, run->number);
	sim_disk_start(&suite->disk, state);
	if (run_resign(&suite->disk, &seeded, &err))
		return suite_wrong(suite, "%s: lost: %s",
				   found.committed ? "committed"
						   : "not committed",
				   err.text);
	if (!judge_result(suite, found.result, &found))
		return false;
	overlay_sample(suite, &found, run->number);
	return true;
}
