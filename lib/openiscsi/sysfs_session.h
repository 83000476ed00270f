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
#include "iscsi/address.h"

struct sysfs_session {
	unsigned number;    /* sessionN: what iscsiadm calls its sid */
	unsigned host;	    /* hostN */
	unsigned target_id; /* 0 but with offload */
};

/* A disk's name, as in /dev. */
#define DISK_NAME_SIZE 32

/* Finds a session to `iqn` through one of the addresses. False: none. */
bool sysfs_session_find(const char *iqn, const struct iscsi_address *addresses,
			size_t count, struct sysfs_session *out);

/* The highest number of a session, to whatever target; 0 if there is none. The
 * kernel counts on, so that a later session has a higher one. */
unsigned sysfs_session_highest(void);

/* Whether the session is logged in, and not in recovery. */
bool sysfs_session_up(const struct sysfs_session *session);

/* Whether the kernel has this LUN of the session, as a disk or not. */
bool sysfs_lun_there(const struct sysfs_session *session, unsigned lun);

/* How many LUNs of the session the kernel has. */
size_t sysfs_lun_count(const struct sysfs_session *session);

/* The name of the LUN's disk; false: there is none yet. */
bool sysfs_lun_disk(const struct sysfs_session *session, unsigned lun,
		    char name[DISK_NAME_SIZE]);

/* Whether /dev has the disk's node, and not one of another that had this name,
 * and it can be opened: the node comes a moment before the disk does. */
bool sysfs_disk_ready(const char *name);

/* Has the kernel look for one LUN. When it returns the LUN is there, if the
 * target has it; the disk comes a moment later. ERROR_NO_DEVICE. */
int sysfs_lun_scan(const struct sysfs_session *session, unsigned lun,
		   struct error *err);

/* Takes a LUN out of the kernel, which first flushes the disk. Returns once it
 * is gone, unless another process was there first; a LUN that is not there is
 * fine. */
void sysfs_lun_remove(const struct sysfs_session *session, unsigned lun);

/* The same for all LUNs of the session but one. */
void sysfs_lun_remove_others(const struct sysfs_session *session, unsigned lun);

#endif
