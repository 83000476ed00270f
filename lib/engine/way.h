// SPDX-License-Identifier: LGPL-2.1-only
/*
 * One way to a LUN and back: what reach.c takes, portal by portal and LUN by
 * LUN. Whatever is begun on the way there, in whichever form, is undone on the
 * way back, also when the LUN was not reached.
 */
#ifndef ENGINE_WAY_H
#define ENGINE_WAY_H

#include "engine/reach.h"
#include "host/block.h"
#include "host/lock.h"
#include "host/multipath.h"

struct iscsi_context;
struct open_iscsi;

/* What has to be undone. */
struct way {
	struct reached reached;
	enum reach_purpose purpose;
	struct host_lock lock;
	bool locked;
	struct iscsi_context *session; /* libiscsi */
	struct kept_session *kept;     /* where it goes; NULL: it is closed */
	const struct iscsi_target *target;

	/* By the host's disks. */
	struct open_iscsi *attached;
	struct block_names disks; /* the LUN's paths */
	bool rescanned;		  /* which brought them */
	struct multipath_before before;
	struct multipath_map map;

	char device[BLOCK_NAME_SIZE];
};

/* Whether the LUN is reached by a session of our own. */
bool way_is_over_session(const struct lun_choice *choice,
			 enum reach_purpose purpose);

/* There, in the form that `choice` names. *portal: of a session of our own, the
 * first to be tried, and then the one that was taken. The errors of reach. */
int way_enter(const struct lun_choice *choice, unsigned *portal,
	      struct way *way, struct error *err);

/* The last step of it, for a LUN of a session that is there already. */
int way_open_session_lun(struct way *way, const struct user_lun *found,
			 struct error *err);

/* And back, which never fails. `failed`: what was done at the LUN, or to get
 * there. */
void way_leave(struct way *way, bool failed);

/* ---- way.c to way_disks.c: the LUN as disks of the host ---- */

/* This host's other processes keep away, by the LUN's best name, which is the
 * same whoever asks and however. */
int way_lock(struct way *way, struct error *err);

/* way->device, as the purpose wants it. */
int way_open_device(struct way *way, struct error *err);

/* Locks, guards and opens way->disks to write: their map, or one of them. */
int way_open_disks(struct way *way, struct error *err);

/* Finds way->disks by the HBAs, and opens them. */
int way_by_hba(const struct lun_choice *choice, struct way *way,
	       struct error *err);

/* Their map, and they themselves if they came for us alone. */
void way_leave_disks(struct way *way, bool failed);

#endif
