// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/open_iscsi.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "host/disk_id.h"
#include "host/in_use.h"
#include "host/lock.h"
#include "iscsi/user_luns.h"
#include "iscsi/user_session.h"
#include "openiscsi/iscsiadm.h"
#include "openiscsi/log_in.h"
#include "openiscsi/node_record.h"
#include "openiscsi/sr_ref.h"
#include "openiscsi/sysfs_session.h"

/* For a LUN to be probed by the kernel and its disk to have a node. */
#define DISK_MS 15000

/* For the storage manager's iscsiadm, which may try a target that does not
 * answer. */
#define LOCK_MS 120000

/* How often sysfs is looked at. */
#define LOOK_MS 2

struct open_iscsi {
	struct open_iscsi_wanted wanted;
	struct iscsi_address
		address; /* where the target answers, if we asked */
	unsigned lun;	 /* what Linux calls it */
	unsigned second; /* another LUN that has the name as well */
	struct lun_names names;
	struct sysfs_session session;
	bool in_session; /* `session` is valid */
	bool scans;	 /* our login has brought all LUNs along */
	bool unsure;	 /* iscsid did not answer, and may yet log in */
	bool counted;
	struct sr_ref users; /* if we are counted */
	char disk[BLOCK_NAME_SIZE];
};

static const char *iqn_of(const struct open_iscsi *self)
{
	return self->wanted.target->iqn;
}

static int check_stop(struct error *err)
{
	if (!stop_requested())
		return 0;
	return error_set(err, ERROR_INTERRUPTED,
			 "the LUN is unchanged: stopped by a signal while it "
			 "was attached");
}

/* --- which LUN --- */

/* The first that is wanted; true at one that is, too, and another LUN, whose
 * number is then in `second`. */
static bool is_second(const struct sysfs_session *session, unsigned lun,
		      void *data)
{
	struct open_iscsi *self = data;
	struct lun_names names;
	char disk[BLOCK_NAME_SIZE];

	if (!sysfs_lun_disk(session, lun, disk) ||
	    !disk_names_known(disk, &names) ||
	    !lun_names_have(&names, self->wanted.scsi_id))
		return false;
	self->second = lun;
	/* By another session it is the same LUN if all of its names are. */
	if (self->in_session)
		return self->session.number == session->number ||
		       !lun_names_same(&names, &self->names);
	self->lun = lun;
	self->names = names;
	self->session = *session;
	self->in_session = true;
	return false;
}

/* In a session of the host's: sets in_session. */
static int find_there(struct open_iscsi *self, struct error *err)
{
	struct sysfs_session sessions[SYSFS_SESSIONS_MAX];
	size_t count = sysfs_sessions(iqn_of(self), sessions);

	for (size_t i = 0; i < count; i++) {
		if (!sysfs_session_up(&sessions[i]) ||
		    !sysfs_any_lun(&sessions[i], is_second, self))
			continue;
		return error_set(err, ERROR_NO_SCSIID,
				 "LUN %u and LUN %u of the target both have "
				 "SCSIid %.80s; name yours by one that it has "
				 "alone, or by LUNid with initiator=libiscsi",
				 self->lun, self->second, self->wanted.scsi_id);
	}
	return 0;
}

/* Its number, and at which address the target answers. */
static int ask_target(struct open_iscsi *self, struct error *err)
{
	const struct open_iscsi_wanted *wanted = &self->wanted;
	struct iscsi_context *session;
	struct user_lun lun = { 0 };
	int rc;

	if (user_session_open(wanted->target, &session, err))
		return -1;
	rc = user_session_find_lun(
		session, &(struct lun_wanted){ .scsi_id = wanted->scsi_id },
		&lun, err);
	self->lun = lun.lun;
	self->names = lun.names;
	if (!rc &&
	    !iscsi_address_of_peer(iscsi_get_fd(session), &self->address))
		rc = error_set(err, ERROR_CONNECT,
			       "the connection to the target was lost");
	user_session_close(session);
	return rc;
}

/* What takes time or may be refused is done here, before the lock. */
static int prepare(struct open_iscsi *self, struct error *err)
{
	struct sysfs_session sessions[SYSFS_SESSIONS_MAX];

	/* An IQN becomes part of file names. */
	if (strchr(iqn_of(self), '/'))
		return error_set(err, ERROR_BAD_VALUE,
				 "the target's name must not contain '/'");
	if (find_there(self, err))
		return -1;
	if (self->in_session)
		return 0;
	if (ask_target(self, err))
		return -1;
	if (sysfs_sessions(iqn_of(self), sessions) > 0)
		return 0;
	return node_record_check(self->wanted.target, err) ||
			       iscsid_start(err) || check_stop(err)
		       ? -1
		       : 0;
}

/* --- in --- */

/* What a run has left that was killed: its LUN, unless it is the one we want,
 * which is ours then, or somebody has come to use it; its node record. */
static void undo(struct open_iscsi *self, const struct sr_ref_made *left)
{
	struct sysfs_session sessions[SYSFS_SESSIONS_MAX];
	size_t count = sysfs_sessions(iqn_of(self), sessions);
	char disk[BLOCK_NAME_SIZE];
	struct error err;

	if (left->record[0])
		node_record_remove(iqn_of(self), left->record);
	for (size_t i = 0; left->lun && i < count; i++) {
		if (sessions[i].number != left->session_number)
			continue;
		if (self->in_session &&
		    self->session.number == left->session_number &&
		    self->lun == left->number) {
			self->users.made.lun = true;
			self->users.made.session_number = left->session_number;
			self->users.made.number = left->number;
		} else if (!sysfs_lun_disk(&sessions[i], left->number, disk) ||
			   in_use_check(disk, &err) == 0) {
			sysfs_lun_remove(&sessions[i], left->number);
		}
	}
}

static int undo_the_dead(struct open_iscsi *self, struct error *err)
{
	struct sr_ref_made left[SR_REF_DEAD_MAX];
	size_t count = sr_ref_dead(&self->users, left);

	for (size_t i = 0; i < count; i++)
		undo(self, &left[i]);
	if (sr_ref_note(&self->users, err))
		return -1;
	sr_ref_bury(&self->users);
	return 0;
}

static int log_in_ourselves(struct open_iscsi *self, struct error *err)
{
	struct sysfs_session sessions[SYSFS_SESSIONS_MAX];
	struct sr_ref *users = &self->users;
	int rc;

	users->made.session = users->made.ours = true;
	if (sr_ref_note(users, err))
		return -1;
	rc = log_in(self->wanted.target, &self->address, false, users,
		    &self->scans, err);
	if (rc)
		self->unsure = err->code == ERROR_NO_DAEMON;
	else if (sysfs_sessions(iqn_of(self), sessions) == 0)
		rc = error_set(err, ERROR_NO_DEVICE,
			       "iscsiadm has logged in, but sysfs has no such "
			       "session");
	return rc;
}

/* Says that it is about to be added, and adds it. */
static int add_lun(struct open_iscsi *self, const struct sysfs_session *session,
		   struct error *err)
{
	struct sr_ref_made *made = &self->users.made;

	made->lun = true;
	made->session_number = session->number;
	made->number = self->lun;
	if (sr_ref_note(&self->users, err) ||
	    sysfs_lun_scan(session, self->lun, err))
		return -1;
	made->lun = sysfs_lun_there(session, self->lun);
	if (made->lun)
		return 0;
	return error_set(err, ERROR_NO_DEVICE,
			 "the kernel does not find LUN %u of session %u",
			 self->lun, session->number);
}

/* In the first of the sessions that has it, or else finds it. */
static int enter_session(struct open_iscsi *self, struct error *err)
{
	struct sysfs_session sessions[SYSFS_SESSIONS_MAX];
	size_t count = sysfs_sessions(iqn_of(self), sessions);

	error_set(err, ERROR_NO_DEVICE,
		  "the host's session to the target has lost its connection "
		  "and is not back yet");
	for (int scan = 0; scan < 2 && !self->in_session; scan++) {
		for (size_t i = 0; i < count && !self->in_session; i++) {
			if (!sysfs_session_up(&sessions[i]) ||
			    (scan ? add_lun(self, &sessions[i], err) != 0
				  : !sysfs_lun_there(&sessions[i], self->lun)))
				continue;
			self->session = sessions[i];
			self->in_session = true;
		}
	}
	return self->in_session ? 0 : -1;
}

/* The lock is held. Counted first: what we find must not be logged out before
 * we use it. */
static int enter(struct open_iscsi *self, struct error *err)
{
	struct sysfs_session sessions[SYSFS_SESSIONS_MAX];

	if (sr_ref_join(iqn_of(self), &self->users, err))
		return -1;
	self->counted = true;
	node_record_restore();
	if (undo_the_dead(self, err))
		return -1;
	if (self->in_session) {
		if (sysfs_lun_there(&self->session, self->lun))
			return 0;
		return error_set(err, ERROR_NO_DEVICE,
				 "the host has just let the LUN go; try again");
	}
	if (sysfs_sessions(iqn_of(self), sessions) == 0 &&
	    log_in_ourselves(self, err))
		return -1;
	return enter_session(self, err);
}

static int lock_and_enter(struct open_iscsi *self, struct error *err)
{
	struct host_lock lock;
	int rc;

	if (host_lock_iscsiadm(self->wanted.lock_dir, LOCK_MS, true, &lock,
			       err))
		return -1;
	rc = check_stop(err);
	if (!rc)
		rc = enter(self, err);
	host_lock_release(&lock);
	return rc ? -1 : check_stop(err);
}

static bool disk_there(struct open_iscsi *self)
{
	return sysfs_lun_disk(&self->session, self->lun, self->disk) &&
	       sysfs_disk_ready(self->disk);
}

static int wait_for_disk(struct open_iscsi *self, struct error *err)
{
	int64_t deadline = clock_now_ms() + DISK_MS;

	while (!disk_there(self)) {
		if (check_stop(err))
			return -1;
		if (clock_now_ms() >= deadline)
			return error_set(err, ERROR_NO_DEVICE,
					 "LUN %u of session %u is no disk of "
					 "this host after %d seconds",
					 self->lun, self->session.number,
					 DISK_MS / 1000);
		poll(NULL, 0, LOOK_MS);
	}
	log_info("LUN %u of session %u is %s, %s", self->lun,
		 self->session.number, self->disk,
		 self->users.made.lun ? "added by us" : "which the host had");
	return 0;
}

/* By its own word: what the kernel knows may be old. */
static int check_id(struct open_iscsi *self, struct error *err)
{
	const struct block_node node = block_node(self->disk);
	struct lun_names names;

	if (disk_names_read(node.path, &names, err))
		return -1;
	if (!lun_names_same(&names, &self->names))
		return error_set(err, ERROR_NO_DEVICE,
				 "%s, LUN %u, has SCSIid %.80s by now, not "
				 "%.80s; let the host rescan it",
				 node.path, self->lun, lun_names_best(&names),
				 lun_names_best(&self->names));
	return 0;
}

static bool remove_if_other(const struct sysfs_session *session, unsigned lun,
			    void *data)
{
	const struct open_iscsi *self = data;

	if (lun != self->lun)
		sysfs_lun_remove(session, lun);
	return false;
}

/* Whatever an old open-iscsi has brought along. Somebody who has come to use
 * our session in the meantime may be about to use one of these, or to add them.
 */
static void drop_other_luns(struct open_iscsi *self)
{
	struct host_lock lock;
	struct error err;

	if (host_lock_iscsiadm(self->wanted.lock_dir, LOCK_MS, true, &lock,
			       &err)) {
		log_warning("other LUNs stay while we work: %s", err.text);
		return;
	}
	if (sr_ref_rest(&self->users) == SR_REF_NOBODY)
		sysfs_any_lun(&self->session, remove_if_other, self);
	host_lock_release(&lock);
}

int open_iscsi_attach(const struct open_iscsi_wanted *wanted,
		      struct open_iscsi **out, struct error *err)
{
	struct open_iscsi *self = alloc_zeroed(1, sizeof(*self));

	self->wanted = *wanted;
	if (prepare(self, err) || lock_and_enter(self, err) ||
	    wait_for_disk(self, err) || check_id(self, err)) {
		open_iscsi_detach(self);
		return -1;
	}
	if (self->scans)
		drop_other_luns(self);
	*out = self;
	return 0;
}

const char *open_iscsi_disk(const struct open_iscsi *attached)
{
	return attached->disk;
}

const struct lun_names *open_iscsi_names(const struct open_iscsi *attached)
{
	return &attached->names;
}

/* --- and out --- */

/* Somebody else may be taking it away as well. */
static void remove_lun(const struct open_iscsi *self)
{
	int64_t deadline = clock_now_ms() + DISK_MS;

	sysfs_lun_remove(&self->session, self->lun);
	while (sysfs_lun_there(&self->session, self->lun) &&
	       clock_now_ms() < deadline)
		poll(NULL, 0, LOOK_MS);
}

static bool is_in_use(const struct sysfs_session *session, unsigned lun,
		      void *data)
{
	char disk[BLOCK_NAME_SIZE];

	return sysfs_lun_disk(session, lun, disk) && in_use_check(disk, data);
}

/* All of the target's sessions, as the storage manager does. False: some are
 * there still that should not be. */
static bool log_out(const struct open_iscsi *self)
{
	struct sysfs_session sessions[SYSFS_SESSIONS_MAX];
	size_t count = sysfs_sessions(iqn_of(self), sessions);
	bool done = true;
	struct error err;

	for (size_t i = 0; i < count; i++) {
		unsigned number = sessions[i].number;

		if (sysfs_any_lun(&sessions[i], is_in_use, &err)) {
			log_warning("session %u stays: %s", number, err.text);
		} else if (iscsiadm_logout(number, &err)) {
			log_error("session %u stays: %s", number, err.text);
			done = false;
		}
	}
	/* It may be that the login which was begun is still to come. */
	return done && (count > 0 || !self->unsure);
}

/* Our line stays where something is left to be undone by the next run. */
static void leave(struct open_iscsi *self, const struct iscsi_offers *portals)
{
	enum sr_ref_kind rest;
	struct error err;

	if (undo_the_dead(self, &err))
		log_error("%s", err.text);
	rest = sr_ref_rest(&self->users);
	if (rest == SR_REF_OTHER && self->users.made.ours)
		hand_over(self->wanted.target, portals, &self->users);
	if (rest != SR_REF_NOBODY || !self->users.made.session || log_out(self))
		sr_ref_leave(&self->users);
}

static void lock_and_leave(struct open_iscsi *self)
{
	struct iscsi_offers portals = { 0 };
	struct host_lock lock;
	struct error err;
	bool locked;

	if (self->address.host[0] && self->users.made.ours &&
	    sr_ref_rest(&self->users) == SR_REF_OTHER)
		portals =
			hand_over_portals(self->wanted.target, &self->address);
	locked = host_lock_iscsiadm(self->wanted.lock_dir, LOCK_MS, false,
				    &lock, &err) == 0;
	if (!locked)
		log_warning("%s", err.text);
	leave(self, &portals);
	if (locked)
		host_lock_release(&lock);
	iscsi_offers_free(&portals);
}

void open_iscsi_detach(struct open_iscsi *attached)
{
	if (!attached)
		return;
	if (attached->counted && attached->users.made.lun &&
	    attached->in_session)
		remove_lun(attached);
	if (attached->counted)
		lock_and_leave(attached);
	free(attached);
}
