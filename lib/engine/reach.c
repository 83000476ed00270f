// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/reach.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/crc.h"
#include "base/log.h"
#include "base/stop.h"
#include "engine/guard_host.h"
#include "host/block.h"
#include "host/disk_id.h"
#include "host/hba.h"
#include "host/in_use.h"
#include "host/lock.h"
#include "host/loop.h"
#include "host/multipath.h"
#include "iscsi/user_session.h"
#include "lun/lun_block.h"
#include "lun/lun_file.h"
#include "lun/lun_libiscsi.h"
#include "openiscsi/open_iscsi.h"

/* Images are taken for LUNs of 512-byte blocks: a file can be written at any
 * byte, and 4096 would only be coarser. */
#define FILE_BLOCK 512

/* How long a LUN may take from a rescan to its disk. */
#define RESCAN_MS	5000
#define RESCAN_PAUSE_MS 100

/* What has to be undone. */
struct way {
	struct reached reached;
	enum reach_purpose purpose;
	struct host_lock lock;
	bool locked;
	struct iscsi_context *session; /* libiscsi */

	/* By the host's disks. */
	struct open_iscsi *attached;
	struct block_names disks; /* the LUN's paths */
	bool rescanned;		  /* which brought them */
	struct multipath_before before;
	struct multipath_map map;

	char device[BLOCK_NAME_SIZE];
};

/* ---- what all forms share ---- */

/* By its best name, which is the same whoever asks and however. */
static int lock(struct way *way, struct error *err)
{
	const char *best = lun_names_best(&way->reached.names);
	char device[BLOCK_NAME_SIZE + 8];

	if (!best[0] && !way->device[0])
		return error_set(err, ERROR_NO_SCSIID,
				 "LUN %u has no SCSIid: it cannot be told from "
				 "others, and is not resigned",
				 way->reached.number);
	snprintf(device, sizeof(device), "device-%s", way->device);
	if (host_lock_lun(HOST_LOCK_DIR, best[0] ? best : device, &way->lock,
			  err))
		return -1;
	way->locked = true;
	return 0;
}

static int open_device(struct way *way, struct error *err)
{
	char node[BLOCK_NAME_SIZE + 8];

	way->reached.device = way->device;
	block_path(way->device, node, sizeof(node));
	return way->purpose == REACH_TO_WRITE
		       ? lun_block_open(node, &way->reached.lun, err)
		       : lun_block_open_to_read(node, &way->reached.lun, err);
}

/* ---- the LUN's paths as disks ---- */

/* Without a map: a path that serves the LUN. One in standby opens, but does not
 * read. */
static int open_path(struct way *way, struct error *err)
{
	uint8_t first[4096];
	struct lun_io io = { .data = first, .len = sizeof(first) };

	for (size_t i = 0; i < way->disks.count; i++) {
		strcpy(way->device, way->disks.items[i]);
		if (open_device(way, err) == 0) {
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
	return way->device[0] ? open_device(way, err) : open_path(way, err);
}

static int open_disks(struct way *way, struct error *err)
{
	const char *device = way->map.device;

	if (lock(way, err) || claim_disks(way, err) ||
	    guard_host(*device ? device : way->disks.items[0],
		       &way->reached.names, err) ||
	    multipath_fail_fast(&way->map, err))
		return -1;
	if (!*device)
		return open_path(way, err);
	strcpy(way->device, device);
	return open_device(way, err);
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
		if (err->code != ERROR_NO_SCSIID || stop_requested() ||
		    clock_now_ms() >= until)
			return -1;
		poll(NULL, 0, RESCAN_PAUSE_MS);
	}
	way->rescanned = true;
	return 0;
}

static int by_hba(const struct lun_choice *choice, struct way *way,
		  struct error *err)
{
	way->reached.shared = true;
	multipath_remember(&way->before);
	if (find_by_hba(choice, way, err))
		return -1;
	log_info("SCSIid %s is %s, one of %zu paths",
		 lun_names_best(&way->reached.names), way->disks.items[0],
		 way->disks.count);
	return way->purpose == REACH_TO_WRITE ? open_disks(way, err)
					      : open_disks_to_read(way, err);
}

/* ---- libiscsi ---- */

/* For arrays that give a clone the names of its source. */
static struct uuid place_of(const char *iqn, unsigned number)
{
	struct uuid place = { { 0 } };

	put_le32(place.bytes, lvm_crc(LVM_CRC_INITIAL, iqn, strlen(iqn)));
	put_le32(place.bytes + 4, (uint32_t)strlen(iqn));
	put_le64(place.bytes + 8, number);
	return place;
}

static int open_session_lun(struct way *way, const struct user_lun *found,
			    struct error *err)
{
	struct reached *reached = &way->reached;

	reached->names = found->names;
	reached->number = lun_number(found->lun);
	reached->linux_number = found->lun;
	reached->place = place_of(reached->iqn, reached->number);
	if (way->purpose == REACH_TO_READ)
		return lun_libiscsi_open_to_read(way->session, found->lun,
						 &reached->lun, err);
	if (lock(way, err) || guard_host(NULL, &reached->names, err))
		return -1;
	return lun_libiscsi_open(way->session, found->lun, &reached->lun, err);
}

/* *portal: the first to be tried, and then the one that is taken. */
static int by_libiscsi(const struct lun_choice *choice, unsigned *portal,
		       struct way *way, struct error *err)
{
	struct user_lun found;

	if (user_session_open_from(&choice->target, portal, &way->session, err))
		return -1;
	log_step("connected to %s", choice->target.iqn);
	if (user_session_find_lun(way->session, &choice->lun, &found, err))
		return -1;
	log_info("SCSIid %s is LUN %u", lun_names_best(&found.names),
		 lun_number(found.lun));
	return open_session_lun(way, &found, err);
}

/* ---- the host's session ---- */

/* The name of a LUN that is known by its number. */
static int find_name(const struct lun_choice *choice, struct scsi_id *name,
		     struct error *err)
{
	struct iscsi_context *session;
	struct user_lun found;
	int failed;

	if (user_session_open(&choice->target, &session, err))
		return -1;
	failed = user_session_find_lun(session, &choice->lun, &found, err);
	user_session_close(session);
	if (!failed)
		snprintf(name->text, sizeof(name->text), "%s",
			 lun_names_best(&found.names));
	return failed;
}

static int by_open_iscsi(const struct lun_choice *choice, struct way *way,
			 struct error *err)
{
	struct scsi_id name;
	const struct open_iscsi_wanted wanted = {
		.target = &choice->target,
		.scsi_id =
			choice->lun.scsi_id ? choice->lun.scsi_id : name.text,
		.lock_dir = HOST_LOCK_DIR,
	};

	if (!choice->lun.scsi_id && find_name(choice, &name, err))
		return -1;
	multipath_remember(&way->before);
	if (open_iscsi_attach(&wanted, &way->attached, err))
		return -1;
	log_step("connected to %s", choice->target.iqn);
	way->reached.names = *open_iscsi_names(way->attached);
	way->disks.items = alloc_zeroed(1, sizeof(*way->disks.items));
	strcpy(way->disks.items[0], open_iscsi_disk(way->attached));
	way->disks.count = 1;
	return open_disks(way, err);
}

/* ---- what has a path ---- */

static int by_device(const char *path, dev_t number, struct way *way,
		     struct error *err)
{
	char text[16];

	if (!block_name(number, way->device))
		return error_set(err, ERROR_BAD_VALUE,
				 "%s: the kernel has no such device", path);
	if (block_attribute(way->device, "partition", text, sizeof(text)))
		return error_set(err, ERROR_BAD_VALUE,
				 "%s is a partition; XenServer's SRs are on "
				 "whole LUNs: name the disk",
				 path);
	device_names_read(way->device, &way->reached.names);
	way->reached.shared = lun_names_best(&way->reached.names)[0];
	if (way->purpose == REACH_TO_WRITE &&
	    (lock(way, err) ||
	     guard_host(way->device, &way->reached.names, err) ||
	     loop_check_twins(way->device, err)))
		return -1;
	return open_device(way, err);
}

/* A file is locked by itself, so that it takes no root. */
static int by_file(const char *path, const struct stat *st, struct way *way,
		   struct error *err)
{
	struct lun **lun = &way->reached.lun;

	way->reached.is_file = true;
	put_le64(way->reached.place.bytes, st->st_dev);
	put_le64(way->reached.place.bytes + 8, st->st_ino);
	if (way->purpose == REACH_TO_READ)
		return lun_file_open_to_read(path, FILE_BLOCK, lun, err);
	if (loop_check_file(path, err) ||
	    lun_file_open(path, FILE_BLOCK, lun, err) ||
	    lun_file_lock(*lun, err))
		return -1;
	return in_use_check_file(path, err);
}

static int by_path(const char *path, struct way *way, struct error *err)
{
	struct stat st;

	if (stat(path, &st))
		return error_set(err, ERROR_BAD_VALUE, "%.200s: %s", path,
				 strerror(errno));
	if (S_ISREG(st.st_mode))
		return by_file(path, &st, way, err);
	if (S_ISBLK(st.st_mode))
		return by_device(path, st.st_rdev, way, err);
	return error_set(err, ERROR_BAD_VALUE,
			 "%.200s is neither an image file nor a block device",
			 path);
}

/* ---- there and back ---- */

static bool is_over_iscsi(const struct lun_choice *choice)
{
	return !choice->path && !choice->by_hba;
}

static bool is_over_session(const struct lun_choice *choice,
			    enum reach_purpose purpose)
{
	return is_over_iscsi(choice) &&
	       (purpose == REACH_TO_READ ||
		choice->initiator == INITIATOR_LIBISCSI);
}

static int enter(const struct lun_choice *choice, unsigned *portal,
		 struct way *way, struct error *err)
{
	if (choice->path)
		return by_path(choice->path, way, err);
	if (choice->by_hba)
		return by_hba(choice, way, err);
	if (is_over_session(choice, way->purpose))
		return by_libiscsi(choice, portal, way, err);
	return by_open_iscsi(choice, way, err);
}

static void log_traffic(const struct lun *lun)
{
	struct lun_traffic traffic = lun_libiscsi_traffic(lun);

	log_info("%u SCSI commands, %llu bytes read, %llu written",
		 traffic.commands, (unsigned long long)traffic.bytes_read,
		 (unsigned long long)traffic.bytes_written);
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

static void detach(struct way *way, bool failed)
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

static void leave(struct way *way, bool failed)
{
	if (way->session && way->reached.lun)
		log_traffic(way->reached.lun);
	lun_close(way->reached.lun);
	user_session_close(way->session);
	detach(way, failed);
	if (way->locked)
		host_lock_release(&way->lock);
	log_step("disconnected");
}

/* From portal *portal on. *here: the failure is that of the portal that *portal
 * is then, and another may do better. */
static int try_from(const struct lun_choice *choice, enum reach_purpose purpose,
		    unsigned *portal, bool *here, reach_use use, void *context,
		    struct error *err)
{
	struct way way = {
		.purpose = purpose,
		.reached.iqn =
			is_over_iscsi(choice) ? choice->target.iqn : NULL,
	};
	bool entered;
	int failed = enter(choice, portal, &way, err);

	entered = !failed;
	if (entered)
		failed = use(&way.reached, context, err);
	*here = failed && is_over_session(choice, purpose) && way.session &&
		(err->code == ERROR_NO_PATH ||
		 (err->code == ERROR_NO_SCSIID && !entered));
	leave(&way, failed);
	return failed;
}

static bool is_of_login(enum error_code code)
{
	return code == ERROR_RESOLVE || code == ERROR_CONNECT ||
	       code == ERROR_LOGIN || code == ERROR_DISCOVERY;
}

/* From portal `first` on. */
static int reach_from(const struct lun_choice *choice,
		      enum reach_purpose purpose, unsigned first, reach_use use,
		      void *context, struct error *err)
{
	const unsigned count = choice->target.portal_count;
	struct error worst = { ERROR_NONE, "" };
	unsigned portal = first;
	bool here;

	do {
		if (try_from(choice, purpose, &portal, &here, use, context,
			     err) == 0)
			return 0;
		/* That one portal is in standby says more than that the next
		 * does not answer. */
		if (!here)
			break;
		if (worst.code != ERROR_NO_PATH)
			worst = *err;
		if (++portal < count)
			log_warning("%s: %s; the next portal is tried",
				    choice->target.iqn, err->text);
	} while (portal < count);
	if (here || (worst.code && is_of_login(err->code)))
		*err = worst;
	if (err->code == ERROR_NO_PATH && purpose == REACH_TO_WRITE)
		error_prefix(err, "the LUN is unchanged: ");
	return -1;
}

int reach(const struct lun_choice *choice, enum reach_purpose purpose,
	  reach_use use, void *context, struct error *err)
{
	return reach_from(choice, purpose, 0, use, context, err);
}

/* ---- every disk of a target ---- */

struct all {
	const struct iscsi_target *target;
	unsigned portal;
	reach_use use;
	void *context;
};

static int use_one(const struct all *all, struct iscsi_context *session,
		   const struct user_lun *lun, struct error *err)
{
	const struct lun_choice elsewhere = {
		.target = *all->target,
		.lun = { .numbered = true, .number = lun_number(lun->lun) },
	};
	struct way way = {
		.session = session,
		.reached.iqn = all->target->iqn,
	};
	int failed = open_session_lun(&way, lun, err) ||
		     all->use(&way.reached, all->context, err);

	lun_close(way.reached.lun);
	way.reached.lun = NULL;
	if (failed && err->code == ERROR_NO_PATH &&
	    all->portal + 1 < all->target->portal_count)
		failed = reach_from(&elsewhere, REACH_TO_READ, all->portal + 1,
				    all->use, all->context, err);
	if (failed && err->code != ERROR_INTERRUPTED)
		failed = all->use(&way.reached, all->context, err);
	return failed ? -1 : 0;
}

int reach_each(const struct iscsi_target *target, reach_use use, void *context,
	       struct error *err)
{
	struct all all = { target, 0, use, context };
	struct iscsi_context *session;
	struct user_lun *luns;
	size_t count;
	int failed;

	if (user_session_open_from(target, &all.portal, &session, err))
		return -1;
	failed = user_luns_read(session, &luns, &count, err);
	if (!failed) {
		for (size_t i = 0; i < count && !failed; i++)
			failed = use_one(&all, session, &luns[i], err);
		free(luns);
	}
	user_session_close(session);
	return failed;
}
