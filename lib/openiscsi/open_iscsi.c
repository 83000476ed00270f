// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/open_iscsi.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "host/lock.h"
#include "iscsi/address.h"
#include "host/disk_id.h"
#include "openiscsi/iscsiadm.h"
#include "openiscsi/node_record.h"
#include "openiscsi/session_users.h"
#include "openiscsi/sysfs_session.h"
#include "iscsi/user_luns.h"
#include "iscsi/user_session.h"

/* For a LUN to be probed by the kernel and its disk to have a node. */
#define DISK_MS 15000

/* For the storage manager's iscsiadm, which may try a target that does not
 * answer. */
#define LOCK_MS 120000

/* How often sysfs is looked at. */
#define LOOK_MS 2

struct open_iscsi {
	struct open_iscsi_wanted wanted;
	struct iscsi_address address; /* where the target is */
	uint16_t lun; /* as in scsi_command, and what Linux calls it */
	struct lun_names names; /* as the target tells them */
	struct sysfs_session session;
	bool in_session; /* `session` is valid */
	char iface[NODE_IFACE_SIZE];
	bool counted; /* among the target's users */
	struct uuid user;
	/* What we have made, or a run of ours that was killed. */
	struct session_traces made;
	char disk[DISK_NAME_SIZE];
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

/* Says what is being made, for whoever has to undo it. */
static int note(const struct open_iscsi *self, struct error *err)
{
	return session_users_note(iqn_of(self), &self->user, &self->made, err);
}

/* Which LUN it is, and at which address the target answers. */
static int find_lun(struct open_iscsi *self, struct error *err)
{
	const struct open_iscsi_wanted *wanted = &self->wanted;
	struct iscsi_context *session;
	struct user_lun lun = { 0 };
	int rc;

	if (user_session_open(wanted->target, &session, err))
		return -1;
	rc = user_session_find_lun(session, wanted->scsi_id, &lun, err);
	self->lun = lun.lun;
	self->names = lun.names;
	if (!rc &&
	    !iscsi_address_of_peer(iscsi_get_fd(session), &self->address))
		rc = error_set(err, ERROR_CONNECT,
			       "the connection to the target was lost");
	user_session_close(session);
	return rc;
}

static bool find_session(struct open_iscsi *self,
			 const struct iscsi_address *addresses, size_t count)
{
	self->in_session = sysfs_session_find(iqn_of(self), &self->address, 1,
					      &self->session) ||
			   sysfs_session_find(iqn_of(self), addresses, count,
					      &self->session);
	return self->in_session;
}

/* With our settings in the record, for as long as the login takes. */
static int log_in_with(struct open_iscsi *self, struct node_record *record,
		       struct error *err)
{
	int rc;

	if (node_record_set(record, self->wanted.target, err))
		return -1;
	self->made.session = true;
	self->made.after = sysfs_session_highest();
	self->made.scans_itself = !record->manual_scan;
	if (note(self, err)) {
		node_record_restore(record);
		return -1;
	}
	rc = iscsiadm_login(iqn_of(self), &self->address, record->iface, err);
	node_record_restore(record);
	/* It may have been killed and iscsid have logged in nevertheless. */
	self->made.session = find_session(self, NULL, 0);
	if (!rc && !self->made.session)
		rc = error_set(err, ERROR_NO_DEVICE,
			       "iscsiadm has logged in, but sysfs has no such "
			       "session");
	return rc;
}

static int log_in(struct open_iscsi *self, struct error *err)
{
	struct node_record record;
	struct error ignored;
	bool found;
	int rc;

	if (node_record_find(iqn_of(self), &self->address, &found, &record,
			     err))
		return -1;
	if (!found) {
		self->made.record = true;
		if (note(self, err))
			return -1;
		if (iscsiadm_new(iqn_of(self), &self->address, err)) {
			self->made.record = false;
			note(self, &ignored);
			return -1;
		}
		if (node_record_find(iqn_of(self), &self->address, &found,
				     &record, err))
			return -1;
	}
	if (!found)
		return error_set(err, ERROR_LOGIN,
				 "iscsiadm has made a node record, but it is "
				 "not where they are");
	strcpy(self->iface, record.iface);
	rc = log_in_with(self, &record, err);
	node_record_free(&record);
	return rc;
}

/* In the session that was found. */
static int use_session(struct open_iscsi *self, struct error *err)
{
	/* Made by a run that was killed; by whom else, if it is older. */
	self->made.session &= self->session.number > self->made.after;
	self->made.lun |= self->made.session ||
			  !sysfs_lun_there(&self->session, self->lun);
	if (note(self, err))
		return -1;
	log_info("using session %u", self->session.number);
	if (!sysfs_session_up(&self->session))
		return error_set(err, ERROR_NO_DEVICE,
				 "session %u to the target has lost its "
				 "connection and is not back yet",
				 self->session.number);
	return 0;
}

/* A session of the host's, or else ours. The lock is held. */
static int enter_session(struct open_iscsi *self, struct error *err)
{
	struct iscsi_address *addresses;
	size_t count;
	bool found;

	if (iscsi_addresses(self->wanted.target, &addresses, &count, err))
		return -1;
	found = find_session(self, addresses, count);
	free(addresses);
	/* Counted first: what we find must not be logged out before we use
	 * it. */
	if (session_users_join(iqn_of(self), self->lun, &self->user,
			       &self->made, err))
		return -1;
	self->counted = true;
	if (found)
		return use_session(self, err);
	self->made.lun = true;
	return log_in(self, err);
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
	return 0;
}

static int check_id(struct open_iscsi *self, struct error *err)
{
	char path[DISK_NAME_SIZE + 8];
	struct lun_names names;

	snprintf(path, sizeof(path), "/dev/%s", self->disk);
	if (disk_names_read(path, &names, err))
		return -1;
	if (!lun_names_same(&names, &self->names))
		return error_set(err, ERROR_NO_DEVICE,
				 "%s, LUN %u, has SCSIid %.80s on this host "
				 "and %.80s on the target; let the host rescan "
				 "it",
				 path, self->lun, lun_names_best(&names),
				 lun_names_best(&self->names));
	return 0;
}

static int scan(struct open_iscsi *self, struct error *err)
{
	if (sysfs_lun_scan(&self->session, self->lun, err))
		return -1;
	if (!sysfs_lun_there(&self->session, self->lun))
		return error_set(err, ERROR_NO_DEVICE,
				 "the kernel does not find LUN %u of session "
				 "%u",
				 self->lun, self->session.number);
	return 0;
}

/* Whatever an old open-iscsi has brought along. Somebody who has come to use
 * our session in the meantime may be about to use one of these, or to add them.
 */
static void drop_other_luns(const struct open_iscsi *self)
{
	struct host_lock lock;
	struct error err;

	if (host_lock_iscsiadm(self->wanted.lock_dir, LOCK_MS, true, &lock,
			       &err)) {
		log_warning("other LUNs stay while we work: %s", err.text);
		return;
	}
	if (session_users_alone(iqn_of(self), &self->user))
		sysfs_lun_remove_others(&self->session, self->lun);
	else
		log_info("others use the target by now: its LUNs stay");
	host_lock_release(&lock);
}

static int add_lun(struct open_iscsi *self, struct error *err)
{
	bool scans_itself = self->made.session && self->made.scans_itself;

	if (self->made.lun && !scans_itself && scan(self, err))
		return -1;
	if (wait_for_disk(self, err) || check_id(self, err))
		return -1;
	if (scans_itself)
		drop_other_luns(self);
	log_info("LUN %u is %s, %s", self->lun, self->disk,
		 self->made.lun ? "added by us" : "which the host had");
	return 0;
}

static int attach(struct open_iscsi *self, struct error *err)
{
	struct host_lock lock;
	int rc;

	/* An IQN becomes part of file names. */
	if (strchr(iqn_of(self), '/'))
		return error_set(err, ERROR_BAD_VALUE,
				 "targetIQN must not contain '/'");
	if (find_lun(self, err) || iscsid_check(err) || check_stop(err) ||
	    host_lock_iscsiadm(self->wanted.lock_dir, LOCK_MS, true, &lock,
			       err))
		return -1;
	rc = check_stop(err);
	if (!rc)
		rc = enter_session(self, err);
	host_lock_release(&lock);
	if (rc || check_stop(err))
		return -1;
	return add_lun(self, err);
}

int open_iscsi_attach(const struct open_iscsi_wanted *wanted,
		      struct open_iscsi **out, struct error *err)
{
	struct open_iscsi *self = calloc(1, sizeof(*self));

	if (!self)
		return error_no_memory(err);
	self->wanted = *wanted;
	/* of a record that we make */
	strcpy(self->iface, "default");
	if (attach(self, err)) {
		open_iscsi_detach(self);
		return -1;
	}
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

/* Those who have come to use our session in the meantime keep it. */
static void leave_session(struct open_iscsi *self, bool others)
{
	const struct session_traces *made = &self->made;
	struct error err;

	if (made->session && !made->scans_itself)
		others = others || sysfs_lun_count(&self->session) > 0;
	if (others && (made->session || made->record)) {
		log_info("others use the target by now: session and node "
			 "record stay");
		return;
	}
	if (made->session && iscsiadm_logout(self->session.number, &err)) {
		log_error("session %u stays: %s", self->session.number,
			  err.text);
		return;
	}
	if (made->record &&
	    iscsiadm_delete(iqn_of(self), &self->address, self->iface, &err))
		log_error("the node record stays: %s", err.text);
}

static void leave_target(struct open_iscsi *self)
{
	struct host_lock lock;
	struct error err;
	bool locked = host_lock_iscsiadm(self->wanted.lock_dir, LOCK_MS, false,
					 &lock, &err) == 0;
	bool others;

	if (!locked)
		log_warning("%s", err.text);
	others = session_users_leave(iqn_of(self), &self->user, &self->made);
	/* A login that failed; or one that another run has left to us. */
	if (self->made.session)
		self->made.session = self->in_session &&
				     self->session.number > self->made.after;
	leave_session(self, others);
	session_users_undone(iqn_of(self), &self->user);
	if (locked)
		host_lock_release(&lock);
}

/* Somebody else may be taking it away as well, which we must not mistake for a
 * LUN that others have added. */
static void remove_lun(const struct open_iscsi *self)
{
	int64_t deadline = clock_now_ms() + DISK_MS;

	sysfs_lun_remove(&self->session, self->lun);
	while (sysfs_lun_there(&self->session, self->lun) &&
	       clock_now_ms() < deadline)
		poll(NULL, 0, LOOK_MS);
}

void open_iscsi_detach(struct open_iscsi *attached)
{
	if (!attached)
		return;
	if (attached->made.lun && attached->in_session)
		remove_lun(attached);
	if (attached->counted)
		leave_target(attached);
	free(attached);
}
