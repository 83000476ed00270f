// SPDX-License-Identifier: LGPL-2.1-only
/*
 * SCSI commands, many under way at once, over a libiscsi session.
 *
 * Conditions that pass by themselves (unit attention, busy, full queue) are
 * tried again, a bounded number of times. A session that is lost, or on which
 * nothing moves until the deadline, is cut: its connection is closed, no
 * command of it can reach the caller's buffers any more, and every later batch
 * on it fails. Nothing is ever sent again on another connection, because a
 * write that was already done may by then have been followed by others.
 *
 * Sources: SPC-4 and SBC-3 for statuses and sense data.
 */
#ifndef ISCSI_SCSI_BATCH_H
#define ISCSI_SCSI_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>

#include "base/error.h"
#include "format/report_luns.h"

struct scsi_command {
	/* The caller's. */
	uint16_t lun; /* bytes 0 and 1 of the LUN's address, as REPORT LUNS
		       * gives them */
	uint8_t cdb[SCSI_CDB_MAX_SIZE];
	uint8_t cdb_len;
	enum scsi_xfer_dir direction;
	uint8_t *data; /* filled by a read, taken by a write */
	uint32_t len;
	bool exact; /* all of `len` or it failed; `len` is then a multiple
		     * of 512 for a read */
	bool once;  /* done twice it would do harm: it is sent again only if the
		     * target has surely not begun it */

	bool sent_once; /* whatever the answer is */

	/* The batch's answer. */
	bool good;
	bool short_data;    /* good for the target, but not `exact` */
	uint32_t received;  /* bytes of `data` that the target sent, by its word
			     * and by what came: at most `len`, none of a command
			     * that it refuses */
	int status;	    /* enum scsi_status; without `good` */
	uint8_t sense_type; /* 0x70..0x73, 0: no sense data */
	uint8_t sense_key;
	uint16_t sense_asc; /* additional sense code and qualifier */
};

struct scsi_traffic {
	unsigned commands; /* as sent, those tried again included */
	uint64_t bytes_in;
	uint64_t bytes_out;
};

struct scsi_batch {
	struct iscsi_context *session;
	struct scsi_command *commands; /* in any order on the wire */
	size_t count;
	/* The first command that fails ends the batch and is its error. Without
	 * it the caller looks at each command's `good`. */
	bool all_must_succeed;
	/* The LUN has writes from before this batch that were not flushed. A
	 * target that tells of a reset, with such writes or after one in this
	 * batch, may have lost them: the command fails. */
	bool unflushed;
	/* This session has reserved the LUN (reservation.h). Once the target
	 * tells that it has no longer, the session is cut like a lost one:
	 * another host may be at work. */
	bool reserved;
	/* The LUN was chosen by its names. Once the target tells that its LUNs
	 * or their names have changed (SPC-4: 3Fh), a command is not sent
	 * again: it fails, and the caller asks first whose place it is. */
	bool named;
	/* Nothing depends on its end: a signal ends it (ERROR_INTERRUPTED), and
	 * with it the session. */
	bool may_stop;
	struct scsi_traffic *traffic; /* added to */
};

/* Runs all commands. -1: the session is lost (ERROR_IO), or a command failed
 * where all must succeed, as of scsi_command_error. A batch that fails has no command under way. */
int scsi_batch_run(const struct scsi_batch *batch, struct error *err);

/* "LUN 1, WRITE(10) of 8 blocks at LBA 2048" */
void scsi_command_name(const struct scsi_command *command, char *text,
		       size_t size);

/* Sets *err to the command's name and how it failed; returns -1. ERROR_IO, or
 * ERROR_RESERVED: another host has reserved the LUN; or ERROR_NO_PATH. */
int scsi_command_error(const struct scsi_command *command, struct error *err);

/* The target does not have this command (format/scsi_sense.h). */
bool scsi_command_unsupported(const struct scsi_command *command);

/* The target has compared, found a difference, and done nothing. */
bool scsi_command_miscompared(const struct scsi_command *command);

/* The LUN may be another by now, or have another name. It has done nothing. */
bool scsi_command_lun_changed(const struct scsi_command *command);

/* If this session had a reservation, it has none now: another one has, or the
 * LUN was reset. */
bool scsi_command_reservation_lost(const struct scsi_command *command);

#endif
