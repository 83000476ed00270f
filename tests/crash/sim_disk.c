// SPDX-License-Identifier: LGPL-2.1-only
#include "sim_disk.h"

#include <stdlib.h>
#include <string.h>

#include "chance.h"

const uint8_t *sim_base_sector(const struct sim_base *base, uint64_t number)
{
	const uint8_t *changed = sectors_find(&base->changed, number);

	return changed ? changed : base->bytes + number * SECTOR;
}

const uint8_t *sim_sector(const struct sim_base *base,
			  const struct sectors *over, uint64_t number)
{
	const uint8_t *data = sectors_find(over, number);

	return data ? data : sim_base_sector(base, number);
}

const char *const sim_means_names[] = { "fence", "swap", "plain" };

static struct sim_disk *of(struct lun *lun)
{
	return (struct sim_disk *)lun;
}

/* Counts a call; whether it is one that fails. */
static bool fails(struct sim_disk *disk)
{
	if (disk->before_call)
		disk->before_call();
	disk->calls++;
	if (!disk->fault.at)
		return false;
	return disk->fault.for_good ? disk->calls >= disk->fault.at
				    : disk->calls == disk->fault.at;
}

static bool is_lie(const struct sim_disk *disk)
{
	return disk->fault.effect >= SIM_LOST;
}

static int failure(struct error *err)
{
	return error_set(err, ERROR_IO, SIM_FAULT_TEXT);
}

static bool is_kept_out(const struct sim_disk *disk, struct error *err)
{
	if (!disk->fenced_by || disk->fenced_by == disk->host)
		return false;
	error_set(err, ERROR_RESERVED, "another host has reserved the LUN");
	return true;
}

/* A call that fails for good does nothing after the first time. */
static enum sim_effect effect(const struct sim_disk *disk, bool failing)
{
	if (!failing)
		return SIM_ALL;
	return disk->calls == disk->fault.at ? disk->fault.effect : SIM_NOTHING;
}

static void get_bytes(const struct sim_disk *disk, uint64_t offset, uint8_t *to,
		      size_t len)
{
	for (size_t at = 0; at < len; at += SECTOR)
		memcpy(to + at,
		       sim_sector(disk->base, &disk->now,
				  (offset + at) / SECTOR),
		       SECTOR);
}

static void put_bytes(struct sim_disk *disk, uint64_t offset,
		      const uint8_t *data, size_t len)
{
	trace_add(&disk->trace, offset, data, len);
	for (size_t at = 0; at < len; at += SECTOR)
		sectors_put(&disk->now, (offset + at) / SECTOR, data + at);
}

static void put(struct sim_disk *disk, uint64_t offset, const uint8_t *data,
		size_t len, enum sim_effect how)
{
	uint32_t block = disk->lun.block_size;

	if (how == SIM_ALL)
		put_bytes(disk, offset, data, len);
	for (size_t at = 0; at < len && how == SIM_HALF; at += 2 * block)
		put_bytes(disk, offset + at, data + at, block);
	if (how == SIM_GARBLED) {
		uint8_t *copy = must_have(malloc(len));

		memcpy(copy, data, len);
		copy[len / 2] ^= 1;
		put_bytes(disk, offset, copy, len);
		free(copy);
	}
}

static int sim_read(struct lun *lun, const struct lun_io *ios, size_t n,
		    struct error *err)
{
	if (fails(of(lun)) && !is_lie(of(lun)))
		return failure(err);
	if (is_kept_out(of(lun), err))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (ios[i].offset == 0)
			chance_restart();
		get_bytes(of(lun), ios[i].offset, ios[i].data, ios[i].len);
	}
	return 0;
}

static int sim_write(struct lun *lun, const struct lun_io *ios, size_t n,
		     struct error *err)
{
	struct sim_disk *disk = of(lun);
	bool failing = fails(disk);
	enum sim_effect how = effect(disk, failing);

	if (is_kept_out(disk, err))
		return -1;
	for (size_t i = 0; i < n; i++)
		put(disk, ios[i].offset, ios[i].data, ios[i].len, how);
	if (disk->after_write)
		disk->after_write(disk);
	return failing && !is_lie(disk) ? failure(err) : 0;
}

static int sim_flush(struct lun *lun, struct error *err)
{
	struct sim_disk *disk = of(lun);
	bool failing = fails(disk);

	if (is_kept_out(disk, err))
		return -1;
	if (failing && disk->calls == disk->fault.at)
		disk->failed_flush = true;
	if (effect(disk, failing) == SIM_ALL)
		trace_flush(&disk->trace);
	return failing && !is_lie(disk) ? failure(err) : 0;
}

static int sim_swap(struct lun *lun, uint64_t offset, const uint8_t *expect,
		    const uint8_t *with, enum lun_swapped *outcome,
		    struct error *err)
{
	struct sim_disk *disk = of(lun);
	uint8_t block[4096];
	bool failing, same;

	if (disk->means != SIM_SWAP) {
		*outcome = LUN_CANNOT_SWAP;
		return 0;
	}
	failing = fails(disk);
	get_bytes(disk, offset, block, lun->block_size);
	same = memcmp(block, expect, lun->block_size) == 0;
	if (same)
		put(disk, offset, with, lun->block_size, effect(disk, failing));
	if (disk->after_write)
		disk->after_write(disk);
	if (failing && !is_lie(disk))
		return failure(err);
	*outcome = same ? LUN_SWAPPED : LUN_NOT_SWAPPED;
	return 0;
}

static int sim_fence(struct lun *lun, struct error *err)
{
	struct sim_disk *disk = of(lun);

	if (disk->means != SIM_FENCE)
		return 1;
	if (fails(disk) && !is_lie(disk))
		return failure(err);
	if (is_kept_out(disk, err))
		return -1;
	disk->fenced_by = disk->host;
	return 0;
}

static void sim_unfence(struct lun *lun)
{
	if (!fails(of(lun)))
		of(lun)->fenced_by = 0;
}

static void sim_close(struct lun *lun)
{
	(void)lun;
}

static const struct lun_ops sim_ops = {
	.read = sim_read,
	.write = sim_write,
	.flush = sim_flush,
	.swap = sim_swap,
	.fence = sim_fence,
	.unfence = sim_unfence,
	.close = sim_close,
};

void sim_disk_init(struct sim_disk *disk, const struct sim_base *base,
		   uint32_t block_size, enum sim_means means)
{
	*disk = (struct sim_disk){
		.lun = { &sim_ops, base->size, block_size },
		.base = base,
		.means = means,
		.host = 1,
	};
}

void sim_disk_free(struct sim_disk *disk)
{
	sectors_free(&disk->now);
	trace_free(&disk->trace);
}

void sim_disk_start(struct sim_disk *disk, const struct sectors *state)
{
	sectors_copy(state, &disk->now);
	trace_clear(&disk->trace);
	disk->fault = (struct sim_fault){ 0 };
	disk->failed_flush = false;
	disk->fenced_by = 0; /* it ends with the session */
	disk->calls = 0;
}
