// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LUNs that have a path: block devices of this host, and image files.
 */
#ifndef ENGINE_LUN_PATH_H
#define ENGINE_LUN_PATH_H

#include <stdbool.h>

#include "base/error.h"
#include "base/scsi_id.h"
#include "base/uuid.h"
#include "host/block.h"
#include "lun/lun.h"

struct lun_path {
	const char *path; /* not owned */
	bool is_file;
	struct uuid place; /* of a file: device and inode (journal_owner) */
	/* of a device: */
	char device[BLOCK_NAME_SIZE]; /* the kernel's name of it */
	struct lun_names names;
};

/* Finds out what the path is. ERROR_BAD_VALUE: neither a regular file nor a
 * whole block device (a partition is none), or not there; ERROR_NO_DEVICE: the
 * disk does not answer. */
int lun_path_find(const char *path, struct lun_path *out, struct error *err);

/* A name to lock it by: its best one, or the device's number. */
#define LUN_PATH_LOCK_SIZE (SCSI_ID_SIZE + 8)
void lun_path_lock_name(const struct lun_path *path,
			char name[LUN_PATH_LOCK_SIZE]);

int lun_path_open_to_read(const struct lun_path *path, struct lun **out,
			  struct error *err);

/* For this process alone, after the guards of this host: ERROR_IN_USE if
 * anything on it uses the device, or the file. */
int lun_path_open(const struct lun_path *path, struct lun **out,
		  struct error *err);

#endif
