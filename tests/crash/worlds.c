// SPDX-License-Identifier: LGPL-2.1-only
#include "worlds.h"

#include <string.h>

#include "chance.h"
#include "sr/image.h"
#include "txn/load.h"
#include "txn/txn.h"

/* ---- runs ---- */

struct uuid run_sr(unsigned number)
{
	struct uuid sr;

	memset(sr.bytes, 0x5a, sizeof(sr.bytes));
	sr.bytes[15] = (uint8_t)number;
	return sr;
}

static struct journal_owner owner_of(const struct run *run)
{
	struct journal_owner owner = { .scsi_id = run->scsi_id };

	owner.boot.bytes[0] = (uint8_t)run->host;
	return owner;
}

static bool dropping;

void runs_drop(bool drop)
{
	dropping = drop;
}

bool runs_dropping(void)
{
	return dropping;
}

int run_resign(struct sim_disk *disk, const struct run *run, struct error *err)
{
	struct plan_options options = { .new_sr = run_sr(run->number),
					.choices.drop_snapshots = dropping,
					.choices.keep_journals = true };
	struct journal_owner owner = owner_of(run);
	struct chance chance;
	int failed;

	chance_seed(&chance, run->seed);
	chance_use(&chance);
	failed = resign_lun(&disk->lun, &options, &owner, NULL, NULL, err);
	chance_use(NULL);
	return failed;
}

int run_recovery(struct sim_disk *disk, const struct run *run, bool *completed,
		 struct error *err)
{
	struct journal_owner owner = owner_of(run);
	enum txn_found what = TXN_NOTHING;
	struct journal_spot spot;
	struct image seen;
	int failed;

	image_init(&seen, disk->lun.block_size);
	failed =
		journal_find(&disk->lun, &seen, &spot, err) ||
		txn_recover(&disk->lun, &seen, &spot, &owner, NULL, &what, err);
	image_free(&seen);
	*completed = what == TXN_COMPLETED;
	return failed ? -1 : 0;
}

/* ---- worlds ---- */

/* Completes the last world from its state. */
static bool read_world(struct worlds *worlds, struct world *world)
{
	struct snapshot snap;

	sim_disk_start(&worlds->disk, &world->state);
	if (load_snapshot(&worlds->disk.lun, NULL, &snap, &worlds->err))
		return false;
	world->sr = snap.vg.sr;
	world->vg = snap.vg.id;
	world->mda_count = snap.mda_count;
	memcpy(world->mdas, snap.mdas, sizeof(world->mdas));
	world->pe_start = snap.vg.pe_start;
	world->extent = snap.vg.extent_size;
	memset(world->used, 0, sizeof(world->used));
	for (uint32_t i = 0; i < snap.vg.segment_count; i++) {
		const struct lvm_segment *seg = &snap.vg.segments[i];

		for (uint64_t k = 0; k < seg->count; k++) {
			if (seg->pv_extent + k < MAX_EXTENTS)
				world->used[seg->pv_extent + k] = true;
		}
	}
	snapshot_free(&snap);
	return true;
}

bool worlds_init(struct worlds *worlds, const struct sim_base *base,
		 uint32_t block_size, enum sim_means means)
{
	memset(worlds, 0, sizeof(*worlds));
	worlds->base = base;
	sim_disk_init(&worlds->disk, base, block_size, means);
	if (!read_world(worlds, &worlds->items[0]))
		return false;
	worlds->count = 1;
	return true;
}

void worlds_free(struct worlds *worlds)
{
	for (unsigned i = 0; i < MAX_WORLDS; i++)
		sectors_free(&worlds->items[i].state);
	sim_disk_free(&worlds->disk);
	worlds->count = 0;
}

uint64_t worlds_seed(const struct worlds *worlds, unsigned parent,
		     unsigned number)
{
	return worlds->items[parent].seed * 31 + number;
}

unsigned worlds_child(struct worlds *worlds, unsigned parent, unsigned number)
{
	const struct run run = { .number = number,
				 .seed = worlds_seed(worlds, parent, number),
				 .scsi_id = "" };
	const struct uuid sr = run_sr(number);
	struct world *world = &worlds->items[worlds->count];

	for (unsigned i = 1; i < worlds->count; i++) {
		if (worlds->items[i].parent == parent &&
		    worlds->items[i].run == number)
			return i;
	}
	if (worlds->count == MAX_WORLDS) {
		error_set(&worlds->err, ERROR_INTERNAL, "too many worlds");
		return NO_WORLD;
	}
	sim_disk_start(&worlds->disk, &worlds->items[parent].state);
	if (run_resign(&worlds->disk, &run, &worlds->err))
		return NO_WORLD;
	world->parent = parent;
	world->run = number;
	world->seed = run.seed;
	sectors_copy(&worlds->disk.now, &world->state);
	if (!read_world(worlds, world))
		return NO_WORLD;
	if (!uuid_equal(&world->sr, &sr)) {
		error_set(&worlds->err, ERROR_INTERNAL,
			  "an undisturbed run made another SR");
		return NO_WORLD;
	}
	return worlds->count++;
}

unsigned worlds_push(struct worlds *worlds, unsigned parent,
		     const struct sectors *state)
{
	struct world *world = &worlds->items[worlds->count];

	if (worlds->count == MAX_WORLDS)
		return NO_WORLD;
	sectors_copy(state, &world->state);
	world->parent = parent;
	world->run = MAX_WORLDS; /* no run that is looked for */
	return read_world(worlds, world) ? worlds->count++ : NO_WORLD;
}

void worlds_pop(struct worlds *worlds)
{
	worlds->count--;
}
