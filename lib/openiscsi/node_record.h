// SPDX-License-Identifier: LGPL-2.1-only
/*
 * open-iscsi's node record: the file that says how to log in to one target at
 * one portal.
 *
 * A login takes its settings from there, CHAP passwords among them; `iscsiadm
 * -o update` would set them, one process for a few, with the passwords where
 * `ps` shows them. The file is lines of `name = value`, of which the last one
 * counts, so it is written directly: our settings for the moment of the login,
 * then what was there before. So a record that is not ours comes out as it
 * went in, byte for byte, and no password of ours stays on the disk. All of it
 * under the storage manager's lock around iscsiadm, which it takes for its own
 * changes of records.
 *
 * The file is replaced as a whole (rename), so that no failure leaves half of
 * one and half of the other. The record itself is kept beside meanwhile: what a
 * kill -9 in that moment leaves, the next run puts right.
 *
 * A setting that an older open-iscsi does not know is not in its records, and
 * not set: node.session.scan came with 2.0.875.
 *
 * Sources: open-iscsi usr/idbm.c (names of files, reading of lines), README
 * section 5; records that iscsiadm 2.1.8 has made.
 */
#ifndef OPENISCSI_NODE_RECORD_H
#define OPENISCSI_NODE_RECORD_H

#include <limits.h>
#include <stdbool.h>

#include "base/error.h"
#include "iscsi/address.h"
#include "iscsi/target.h"

/* The longest name of an interface record. */
#define NODE_IFACE_SIZE 65

struct node_record {
	const char *folder; /* of all records */
	char path[PATH_MAX];
	char iface[NODE_IFACE_SIZE]; /* the interface record it is bound to */
	bool manual_scan; /* our settings keep the login from scanning */
	char *before;	  /* the file's content without our settings */
	size_t before_len;
};

/* Whether a record can hold the target's CHAP names and passwords: open-iscsi
 * cuts blanks off at their ends. ERROR_BAD_VALUE names the one that is wrong. */
int node_record_check(const struct iscsi_target *target, struct error *err);

/* Finds the record of a target at a portal: that of the interface `default`, or
 * else the first of another, so that a host that binds its sessions to certain
 * interfaces has us use them. -1: ERROR_LOGIN (it cannot be read). 0 and
 * *found. With it *out is to be given to node_record_free. */
int node_record_find(const char *iqn, const struct iscsi_address *address,
		     bool *found, struct node_record *out, struct error *err);

/* The name of a record's file that `iscsiadm -o new` makes, which does not know
 * the target's portal group; one that a discovery makes is a folder. */
#define NODE_RECORD_NAME_SIZE (ISCSI_HOST_SIZE + 8)
void node_record_name(const struct iscsi_address *address,
		      char name[NODE_RECORD_NAME_SIZE]);

/* Removes such a file, if there is one. iscsiadm would not while a session is
 * there. */
void node_record_remove(const char *iqn, const char *name);

/* Writes our settings; `scan`: that the login scans for all LUNs, as it does by
 * itself. ERROR_LOGIN, and nothing has changed. */
int node_record_set(struct node_record *record,
		    const struct iscsi_target *target, bool scan,
		    struct error *err);

/* Puts back what was there before, also before a run that was killed. A failure
 * is logged: there is nothing that a caller could do about it. */
void node_record_restore(void);

/* Wipes and frees. */
void node_record_free(struct node_record *record);

#endif
