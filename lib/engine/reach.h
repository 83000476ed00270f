// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The one way to a LUN, in whichever form it is named and for whatever is to be
 * done with it:
 *
 *   libiscsi      a session in this process; the host never sees the LUN
 *   open-iscsi    the host's initiator, for who asks for it and to write alone;
 *                 the LUN is a disk of the host while it is reached, and was
 *                 before if the host had it
 *   HBA           a disk of the host by Fibre Channel or the like, found by its
 *                 name: by the map if multipathd has or makes one, else by one
 *                 of its paths
 *   block device  a disk or a multipath map that the host has
 *   image file
 *
 * To write means that nobody else does: the LUN is locked against other
 * processes of this host by its best name, nothing on the host uses it, and a
 * device is opened exclusively. Where the host has several sessions to the
 * target and multipathd a map of the LUN, work goes through the map.
 *
 * A session of our own goes to one portal. If that does not serve the LUN
 * (ERROR_NO_PATH: standby, unavailable), fails at it (ERROR_IO: the session is
 * lost, no answer), or has none of this name, the next one is tried, and all is
 * begun anew there. Once something was written that is no
 * longer so: the run ends with the LUN untouched or its journal there, and the
 * next run, by whichever portal, completes it.
 */
#ifndef ENGINE_REACH_H
#define ENGINE_REACH_H

#include <stdbool.h>

#include "base/error.h"
#include "base/scsi_id.h"
#include "base/uuid.h"
#include "iscsi/target.h"
#include "iscsi/user_luns.h"
#include "lun/lun.h"

/* Which LUN. All strings are the caller's. */
struct lun_choice {
	const char *name; /* for people */
	const char *path; /* of a device or a file; else NULL */
	bool by_hba;	  /* else over iSCSI */
	bool rescan;	  /* the HBAs look for a LUN that is not there; it goes
			   * again unless it was resigned */

	struct iscsi_target target;
	struct lun_wanted lun;
	enum initiator_kind initiator;
	/* For who reaches many LUNs one after the other; NULL: a session each. */
	struct kept_session *kept;
};

/* Whether it is reached over iSCSI, as the initiator and by the user that it
 * names. */
static inline bool lun_choice_is_over_iscsi(const struct lun_choice *choice)
{
	return !choice->path && !choice->by_hba;
}

enum reach_purpose {
	REACH_TO_READ, /* it may be in use; a write is refused */
	REACH_TO_WRITE,
};

struct reached {
	struct lun *lun; /* not to be closed */
	bool shared;	 /* other hosts may have it as a disk, too */
	struct lun_names names;
	const char *iqn; /* of the target that has it; NULL: not over iSCSI */
	unsigned number; /* likewise */
	/* What Linux calls it: the number, and how the target addresses it. */
	unsigned linux_number;
	/* The kernel's name of the device ("sda", or "dm-3" where a multipath
	 * map has it); NULL if the LUN is none. */
	const char *device;
	bool is_file; /* of which no pool knows anything */
	/* Where it is, as struct journal_owner has it: a file, or the loop device
	 * on it, by its device and inode, a logical volume by its uuid, a LUN of a
	 * session of ours by its target and number. */
	struct uuid place;
};

/* What is done with a LUN that is reached: 0 or -1. It is done anew at the next
 * portal after ERROR_NO_PATH and ERROR_IO, so it leaves nothing half done then. */
typedef int (*reach_use)(const struct reached *reached, void *context,
			 struct error *err);

/* Reaches the LUN, has it used, and takes the way back, which never fails:
 * then all is as it was on the host. Does not flush. The errors of `use`, of
 * user_session_open, user_session_find_lun, open_iscsi_attach, hbas_find and
 * of opening the LUN; ERROR_BAD_VALUE: the path is neither a regular file nor
 * a whole block device; to write, ERROR_LOCKED, ERROR_IN_USE, and
 * ERROR_NO_SCSIID for a LUN that cannot be told from others. */
int reach(const struct lun_choice *choice, enum reach_purpose purpose,
	  reach_use use, void *context, struct error *err);

/* For many choices: where several are named by their SCSIids alone and are on
 * one target, the target is asked once for all of them, and their numbers are
 * filled in. What cannot be found out stays as it is: reach tells why. */
void reach_numbers(struct lun_choice *choices, size_t count);

/* To read, every disk of a target in its order, over one session. After a
 * failure, to reach one or of `use`, `use` is called for it with no `lun`, and
 * with *err as it was; if that fails, too, it is the end. */
int reach_each(const struct iscsi_target *target, reach_use use, void *context,
	       struct error *err);

#endif
