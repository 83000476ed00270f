// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/life.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/stop.h"
#include "sr/want.h"
#include "txn/load.h"

#define HEARTBEAT_PREFIX "hb-"

/* Of each volume: all of an MGT, and where heartbeats are. */
#define LOOKED_AT (4u << 20)

/* Heartbeats of more hosts than a pool has. */
#define VOLUMES_MAX 80

struct volume {
	const struct lvm_lv *lv;
	size_t len;
	uint8_t *before;
};

struct volumes {
	struct volume items[VOLUMES_MAX];
	size_t count;
};

static bool tells_of_life(const struct lvm_lv *lv)
{
	return strcmp(lv->name, "MGT") == 0 ||
	       strncmp(lv->name, HEARTBEAT_PREFIX, strlen(HEARTBEAT_PREFIX)) ==
		       0;
}

static void find(const struct lvm_vg *vg, struct volumes *out)
{
	for (uint32_t i = 0; i < vg->lv_count && out->count < VOLUMES_MAX;
	     i++) {
		struct volume *volume = &out->items[out->count];

		if (!tells_of_life(&vg->lvs[i]) || vg->lvs[i].size == 0)
			continue;
		volume->lv = &vg->lvs[i];
		volume->len = volume->lv->size < LOOKED_AT
				      ? (size_t)volume->lv->size
				      : LOOKED_AT;
		volume->before = alloc_zeroed(volume->len, 1);
		out->count++;
	}
}

/* By whole blocks of the LUN, in which an extent need not begin. */
static int read_volume(struct lun *lun, const struct lvm_vg *vg,
		       const struct volume *volume, uint8_t *to,
		       struct error *err)
{
	struct want_list wants = { 0 };
	struct image image;
	int failed;

	image_init(&image, lun->block_size);
	want_lv_bytes(&image, &wants, vg, volume->lv, 0, to, volume->len);
	failed = read_wanted(lun, &wants, false, &image, err);
	if (!failed)
		lv_get(&image, vg, volume->lv, 0, to, volume->len);
	want_list_free(&wants);
	image_free(&image);
	return failed ? -1 : 0;
}

static int read_before(struct lun *lun, const struct lvm_vg *vg,
		       const struct volumes *volumes, struct error *err)
{
	for (size_t i = 0; i < volumes->count; i++) {
		if (read_volume(lun, vg, &volumes->items[i],
				volumes->items[i].before, err))
			return -1;
	}
	return 0;
}

static int compare(struct lun *lun, const struct lvm_vg *vg,
		   const struct volumes *volumes, struct error *err)
{
	uint8_t *now = alloc_zeroed(LOOKED_AT, 1);
	int failed = 0;

	for (size_t i = 0; i < volumes->count && !failed; i++) {
		const struct volume *volume = &volumes->items[i];

		failed = read_volume(lun, vg, volume, now, err);
		if (!failed && memcmp(volume->before, now, volume->len) != 0)
			failed = error_set(
				err, ERROR_IN_USE,
				"no SR of this pool is on the LUN, but "
				"something writes to its volume %.64s: "
				"another pool or hypervisor uses it; "
				"detach it there, or set signs_of_life "
				"to ignore",
				volume->lv->name);
	}
	free(now);
	return failed;
}

int life_check(struct lun *lun, const struct lvm_vg *vg, struct error *err)
{
	const struct timespec wait = { LIFE_MS / 1000,
				       LIFE_MS % 1000 * 1000000L };
	struct volumes volumes = { .count = 0 };
	int failed = 0;

	find(vg, &volumes);
	if (volumes.count > 0) {
		failed = read_before(lun, vg, &volumes, err);
		/* A signal ends it. */
		if (!failed)
			nanosleep(&wait, NULL);
		if (!failed && stop_requested())
			failed = error_set(err, ERROR_INTERRUPTED,
					   "the LUN is unchanged: stopped by a "
					   "signal");
		if (!failed)
			failed = compare(lun, vg, &volumes, err);
		log_step("looked for signs of life in %zu volumes",
			 volumes.count);
	}
	for (size_t i = 0; i < volumes.count; i++)
		free(volumes.items[i].before);
	return failed ? -1 : 0;
}
