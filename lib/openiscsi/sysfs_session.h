// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The kernel's iSCSI sessions and their disks, as sysfs shows them.
 *
 * A session is a SCSI host of its own (with offload a target of a host). Its
 * LUNs are found by asking the kernel to scan, for one number or for all.
 *
 * Sources: Linux drivers/scsi/scsi_transport_iscsi.c (class iscsi_session,
 * iscsi_user_scan) and scsi_sysfs.c (scan, delete).
 */
#ifndef OPENISCSI_SYSFS_SESSION_H
#define OPENISCSI_SYSFS_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "host/block.h"
#include "iscsi/address.h"

struct sysfs_session {
	unsigned number;    /* sessionN: what iscsiadm calls its sid */
	unsigned host;	    /* hostN */
	unsigned target_id; /* 0 but with offload */
};

/* A host has a session for each path to a target. */
#define SYSFS_SESSIONS_MAX 64

/* All sessions to `iqn`, by whichever portal; returns how many. */
size_t sysfs_sessions(const char *iqn,
		      struct sysfs_session out[SYSFS_SESSIONS_MAX]);

/* Whether the session goes by this portal. */
bool sysfs_session_is_at(const struct sysfs_session *session,
			 const struct iscsi_address *address);

/* Whether the session is logged in, and not in recovery. */
bool sysfs_session_up(const struct sysfs_session *session);

/* Whether the kernel has this LUN of the session, as a disk or not. */
bool sysfs_lun_there(const struct sysfs_session *session, unsigned lun);

/* Calls `is` for each LUN of the session that the kernel has, until it says
 * true; whether it did. */
bool sysfs_any_lun(const struct sysfs_session *session,
		   bool (*is)(const struct sysfs_session *session, unsigned lun,
			      void *data),
		   void *data);

/* The name of the LUN's disk; false: there is none yet. */
bool sysfs_lun_disk(const struct sysfs_session *session, unsigned lun,
		    char name[BLOCK_NAME_SIZE]);

/* Whether /dev has the disk's node, and not one of another that had this name,
 * and it can be opened: the node comes a moment before the disk does. */
bool sysfs_disk_ready(const char *name);

/* Has the kernel look for one LUN. When it returns the LUN is there, if the
 * target has it; the disk comes a moment later. ERROR_NO_DEVICE. */
int sysfs_lun_scan(const struct sysfs_session *session, unsigned lun,
		   struct error *err);

/* Has the kernel look for all LUNs of the session. ERROR_NO_DEVICE. */
int sysfs_session_scan(const struct sysfs_session *session, struct error *err);

/* Takes a LUN out of the kernel, which first flushes the disk. Returns once it
 * is gone, unless another process was there first; a LUN that is not there is
 * fine. */
void sysfs_lun_remove(const struct sysfs_session *session, unsigned lun);

#endif
