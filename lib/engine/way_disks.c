// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN as disks of the host: found by the HBAs, or the one that the host's
 * initiator has; used through their multipath map, or through one of them.
 */
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "engine/judge.h"
#include "engine/way.h"
#include "host/hba.h"
#include "host/in_use.h"
#include "openiscsi/open_iscsi.h"

/* How long a LUN may take from a rescan to its disk. */
#define RESCAN_MS	5000
#define RESCAN_PAUSE_MS 100

/* Without a map: a path that serves the LUN. One in standby opens, but does not
 * read. */
static int open_path(struct way *way, struct error *err)
{
	uint8_t first[4096];
	struct lun_io io = { .data = first, .len = sizeof(first) };

	for (size_t i = 0; i < way->disks.count; i++) {
		strcpy(way->device, way->disks.items[i]);
		if (way_open_device(way, err) == 0) {
			if (way->disks.count == 1 ||
			    lun_read(way->reached.lun, &io, 1, err) == 0)
				return 0;
			lun_close(way->reached.lun);
			way->reached.lun = NULL;
		}
		if (err->code != ERROR_IO)
			return -1;
		log_warning("a path does not serve the LUN: %s", err->text);
	}
	return -1;
}

static int claim_disks(struct way *way, struct error *err)
{
	for (size_t i = 0; i < way->disks.count; i++) {
		if (multipath_claim(way->disks.items[i], &way->before,
				    &way->map, err))
			return -1;
	}
	return 0;
}

static int open_disks_to_read(struct way *way, struct error *err)
{
	/* A map that came with them goes with them. */
	if (way->rescanned && claim_disks(way, err))
		return -1;
	multipath_of(way->disks.items[0], way->device);
	return way->device[0] ? way_open_device(way, err) : open_path(way, err);
}

int way_open_disks(struct way *way, struct error *err)
{
	const char *device = way->map.device;

	if (way_lock(way, err) || claim_disks(way, err) ||
	    guard_host(*device ? device : way->disks.items[0],
		       &way->reached.names, err) ||
	    multipath_fail_fast(&way->map, err))
		return -1;
	if (!*device)
		return open_path(way, err);
	strcpy(way->device, device);
	return way_open_device(way, err);
}

static int find_now(const struct lun_choice *choice, struct way *way,
		    struct error *err)
{
	struct hbas hbas = hbas_read();
	int failed = hbas_find(&hbas, choice->lun.scsi_id, &way->disks,
			       &way->reached.names, err);

	hbas_free(&hbas);
	return failed;
}

static int find_by_hba(const struct lun_choice *choice, struct way *way,
		       struct error *err)
{
	int64_t until;

	if (find_now(choice, way, err) == 0)
		return 0;
	if (err->code != ERROR_NO_SCSIID || !choice->rescan)
		return -1;
	if (hbas_rescan(err))
		return -1;
	/* The kernel makes a disk of a LUN when the scan is over. */
	until = clock_now_ms() + RESCAN_MS;
	while (find_now(choice, way, err)) {
		if (err->code != ERROR_NO_SCSIID || clock_now_ms() >= until)
			return -1;
		if (stop_requested())
			return error_set(err, ERROR_INTERRUPTED,
					 "stopped by a signal");
		poll(NULL, 0, RESCAN_PAUSE_MS);
	}
	way->rescanned = true;
	return 0;
}

int way_by_hba(const struct lun_choice *choice, struct way *way,
	       struct error *err)
{
	way->reached.shared = true;
	multipath_remember(&way->before);
	if (find_by_hba(choice, way, err))
		return -1;
	log_info("SCSIid %s is %s, one of %zu paths",
		 lun_names_best(&way->reached.names), way->disks.items[0],
		 way->disks.count);
	return way->purpose == REACH_TO_WRITE ? way_open_disks(way, err)
					      : open_disks_to_read(way, err);
}

/* Disks with the identifiers of another SR are not left to the host. */
static void drop_disks(const struct block_names *disks)
{
	struct error err;

	for (size_t i = 0; i < disks->count; i++) {
		if (in_use_check(disks->items[i], &err))
			log_error("a disk that a rescan has brought stays: %s",
				  err.text);
		else
			hba_drop_disk(disks->items[i]);
	}
}

void way_leave_disks(struct way *way, bool failed)
{
	const struct block_names stay = { 0 };
	bool drop = way->rescanned && (failed || way->purpose == REACH_TO_READ);
	struct error err;

	if (multipath_release(&way->map,
			      way->attached || drop ? &way->disks : &stay,
			      &err))
		log_error("the multipath map stays: %s", err.text);
	if (drop)
		drop_disks(&way->disks);
	if (way->attached)
		open_iscsi_detach(way->attached);
	block_names_free(&way->disks);
	multipath_before_free(&way->before);
}
