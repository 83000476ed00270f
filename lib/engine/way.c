// SPDX-License-Identifier: LGPL-2.1-only
#include "engine/way.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/crc.h"
#include "base/log.h"
#include "engine/judge.h"
#include "host/disk_id.h"
#include "host/in_use.h"
#include "iscsi/user_session.h"
#include "lun/lun_block.h"
#include "lun/lun_file.h"
#include "lun/lun_libiscsi.h"
#include "openiscsi/open_iscsi.h"

/* Images are taken for LUNs of 512-byte blocks: a file can be written at any
 * byte, and 4096 would only be coarser. */
#define FILE_BLOCK 512

int way_lock(struct way *way, struct error *err)
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

int way_open_device(struct way *way, struct error *err)
{
	way->reached.device = way->device;
	return lun_block_open(block_node(way->device).path,
			      way->purpose == REACH_TO_WRITE, &way->reached.lun,
			      err);
}

/* ---- libiscsi ---- */

/* For arrays that give a clone the names of its source, and for what has none. */
static struct uuid place_of(const char *text, unsigned number)
{
	struct uuid place = { { 0 } };

	put_le32(place.bytes, lvm_crc(LVM_CRC_INITIAL, text, strlen(text)));
	put_le32(place.bytes + 4, (uint32_t)strlen(text));
	put_le64(place.bytes + 8, number);
	return place;
}

int way_open_session_lun(struct way *way, const struct user_lun *found,
			 struct error *err)
{
	struct reached *reached = &way->reached;

	reached->names = found->names;
	reached->number = lun_number(found->lun);
	reached->linux_number = found->lun;
	reached->place = place_of(reached->iqn, reached->number);
	if (way->purpose == REACH_TO_WRITE &&
	    (way_lock(way, err) || guard_host(NULL, &reached->names, err)))
		return -1;
	return lun_libiscsi_open(way->session, found->lun, &reached->names,
				 way->purpose == REACH_TO_WRITE, &reached->lun,
				 err);
}

/* *portal: the first to be tried, and then the one that is taken. */
static int by_libiscsi(const struct lun_choice *choice, unsigned *portal,
		       struct way *way, struct error *err)
{
	struct user_lun found;

	if (choice->kept)
		way->session = kept_session_take(choice->kept, &choice->target);
	if (!way->session &&
	    user_session_open_from(&choice->target, portal, &way->session, err))
		return -1;
	log_step("connected to %s", choice->target.iqn);
	if (user_session_find_lun(way->session, &choice->lun, &found, err))
		return -1;
	log_info("SCSIid %s is LUN %u", lun_names_best(&found.names),
		 lun_number(found.lun));
	return way_open_session_lun(way, &found, err);
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
	return way_open_disks(way, err);
}

/* ---- what has a path ---- */

static struct uuid place_of_file(uint64_t device, uint64_t inode)
{
	struct uuid place = { { 0 } };

	put_le64(place.bytes, device);
	put_le64(place.bytes + 8, inode);
	return place;
}

static int by_device(const char *path, dev_t number, struct way *way,
		     struct error *err)
{
	uint64_t file_device, inode;
	struct block_dm dm;
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
	multipath_named(way->device, &way->map);
	if (*way->map.device && !lun_names_best(&way->reached.names)[0])
		return error_set(err, ERROR_IO,
				 "%s: no path of this multipath map answers",
				 path);
	way->reached.shared = lun_names_best(&way->reached.names)[0];
	if (loop_file(way->device, &file_device, &inode))
		way->reached.place = place_of_file(file_device, inode);
	else if (!way->reached.shared && block_dm(way->device, &dm))
		way->reached.place = place_of(dm.uuid, 0);
	if (way->purpose == REACH_TO_WRITE &&
	    (way_lock(way, err) ||
	     guard_host(way->device, &way->reached.names, err) ||
	     multipath_fail_fast(&way->map, err) ||
	     loop_check_twins(way->device, err)))
		return -1;
	return way_open_device(way, err);
}

/* A file is locked by itself, so that it takes no root. */
static int by_file(const char *path, const struct stat *st, struct way *way,
		   struct error *err)
{
	struct lun **lun = &way->reached.lun;

	way->reached.is_file = true;
	way->reached.place = place_of_file(st->st_dev, st->st_ino);
	if (way->purpose == REACH_TO_READ)
		return lun_file_open(path, FILE_BLOCK, false, lun, err);
	if (loop_check_file(path, err) ||
	    lun_file_open(path, FILE_BLOCK, true, lun, err) ||
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

bool way_is_over_session(const struct lun_choice *choice,
			 enum reach_purpose purpose)
{
	return lun_choice_is_over_iscsi(choice) &&
	       (purpose == REACH_TO_READ ||
		choice->initiator == INITIATOR_LIBISCSI);
}

int way_enter(const struct lun_choice *choice, unsigned *portal,
	      struct way *way, struct error *err)
{
	if (choice->path)
		return by_path(choice->path, way, err);
	if (choice->by_hba)
		return way_by_hba(choice, way, err);
	if (way_is_over_session(choice, way->purpose))
		return by_libiscsi(choice, portal, way, err);
	return by_open_iscsi(choice, way, err);
}

static void log_traffic(const struct lun *lun)
{
	struct scsi_traffic traffic = lun_libiscsi_traffic(lun);

	log_info("%u SCSI commands, %llu bytes read, %llu written",
		 traffic.commands, (unsigned long long)traffic.bytes_in,
		 (unsigned long long)traffic.bytes_out);
}

void way_leave(struct way *way, bool failed)
{
	bool keep = way->kept && way->session && !failed &&
		    !lun_libiscsi_reserved(way->reached.lun);

	if (way->session && way->reached.lun)
		log_traffic(way->reached.lun);
	lun_close(way->reached.lun);
	if (keep)
		*way->kept = (struct kept_session){ way->session, way->target };
	else
		user_session_close(way->session);
	way_leave_disks(way, failed);
	if (way->locked)
		host_lock_release(&way->lock);
	log_step("disconnected");
}
