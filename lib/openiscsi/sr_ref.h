// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Who on this host counts on the sessions to a target: the storage manager's
 * file /run/sr-ref/<target IQN>, a line with a uuid for each user. It logs out
 * all sessions to a target when it has taken its own line out and no other is
 * left, so whoever relies on a session has a line.
 *
 * Behind the uuid ours says what the run has made, and it says so before that
 * is made (sr_ref_line.c): so the line of a run that was killed tells the next
 * one what to undo.
 *
 * All calls need the storage manager's lock around iscsiadm, which keeps our
 * runs apart. The storage manager itself has no lock for these files, and may
 * add its line at any moment. So we never shorten the file, nor write over
 * lines but our own: those that go become blanks, which nobody counts, and
 * which the next of our lines takes.
 *
 * Source: xapi-project/sm, core/util.py.
 */
#ifndef OPENISCSI_SR_REF_H
#define OPENISCSI_SR_REF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/uuid.h"
#include "openiscsi/node_record.h"

struct sr_ref_made {
	/* Whoever leaves last logs the target's sessions out, for one of those
	 * who were counted would have: we ourselves, or the storage manager. */
	bool session;
	/* It is one of ours, in which the host has the LUNs that we asked for
	 * and no other, by one portal. */
	bool ours;
	/* The name of a node record; empty: none. */
	char record[NODE_RECORD_NAME_SIZE];
	/* LUN `number` of session `session_number` in the kernel. */
	bool lun;
	unsigned session_number, number;
};

struct sr_ref {
	const char *iqn; /* the caller's */
	struct uuid us;
	struct sr_ref_made made; /* what our line says */
};

/* Adds our line under a new uuid. ERROR_HOST. */
int sr_ref_join(const char *iqn, struct sr_ref *out, struct error *err);

/* More runs than these are not killed between two of ours. */
#define SR_REF_DEAD_MAX 16

/* What runs have left behind that were killed, to be undone; returns how many.
 * But their duty to log out is ours then: self->made has it. */
size_t sr_ref_dead(struct sr_ref *self,
		   struct sr_ref_made out[SR_REF_DEAD_MAX]);

/* Takes the lines of the dead out: there is nothing left to undo. */
void sr_ref_bury(const struct sr_ref *self);

/* Writes self->made into our line. ERROR_HOST. */
int sr_ref_note(const struct sr_ref *self, struct error *err);

enum sr_ref_kind {
	SR_REF_NOBODY, /* not a user's line */
	SR_REF_DEAD,   /* a run of ours that was killed */
	SR_REF_OURS,   /* … that lives */
	SR_REF_OTHER,
};

/* Who else counts on the target's sessions, the dead left out: NOBODY, OURS, or
 * OTHER if there is any; this also if it cannot be told. */
enum sr_ref_kind sr_ref_rest(const struct sr_ref *self);

/* Takes our line out. A file that names nobody goes. */
void sr_ref_leave(const struct sr_ref *self);

/* --- sr_ref_line.c: one line --- */

/* Of each line of ours, with its newline. */
#define SR_REF_LINE_LEN 192

/* `text` has no newline. *user is set but for SR_REF_NOBODY, *made for ours. */
enum sr_ref_kind sr_ref_line_read(const char *text, struct uuid *user,
				  struct sr_ref_made *made);

/* A line of this process, which ends in a newline and has no NUL. */
void sr_ref_line_print(const struct sr_ref *self, char out[SR_REF_LINE_LEN]);

#endif
