// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A failed SCSI command in words (scsi_batch.h). The texts are the standard's:
 * SPC-4 tables of sense keys and of additional sense codes, SAM-5 for statuses.
 */
#include "iscsi/scsi_batch.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/bytes.h"
#include "format/scsi_sense.h"

struct name {
	unsigned value;
	const char *text;
};

static const struct name opcodes[] = {
	{ 0x12, "INQUIRY" },
	{ 0x16, "RESERVE(6)" },
	{ 0x17, "RELEASE(6)" },
	{ 0x1a, "MODE SENSE(6)" },
	{ 0x25, "READ CAPACITY(10)" },
	{ 0x28, "READ(10)" },
	{ 0x2a, "WRITE(10)" },
	{ 0x35, "SYNCHRONIZE CACHE(10)" },
	{ 0x5e, "PERSISTENT RESERVE IN" },
	{ 0x88, "READ(16)" },
	{ 0x89, "COMPARE AND WRITE" },
	{ 0x8a, "WRITE(16)" },
	{ 0x9e, "READ CAPACITY(16)" },
	{ 0xa0, "REPORT LUNS" },
	{ 0, NULL },
};

static const struct name statuses[] = {
	{ SCSI_STATUS_BUSY, "the target stays busy" },
	{ SCSI_STATUS_TASK_SET_FULL, "the target's queue stays full" },
	{ SCSI_STATUS_RESERVATION_CONFLICT,
	  "RESERVATION CONFLICT: another host has reserved the LUN" },
	{ SCSI_STATUS_ACA_ACTIVE, "ACA ACTIVE" },
	{ SCSI_STATUS_TASK_ABORTED, "TASK ABORTED" },
	{ 0, NULL },
};

static const char *const sense_keys[16] = {
	"NO SENSE",	   "RECOVERED ERROR", "NOT READY",
	"MEDIUM ERROR",	   "HARDWARE ERROR",  "ILLEGAL REQUEST",
	"UNIT ATTENTION",  "DATA PROTECT",    "BLANK CHECK",
	"VENDOR SPECIFIC", "COPY ABORTED",    "ABORTED COMMAND",
	"reserved",	   "VOLUME OVERFLOW", "MISCOMPARE",
	"COMPLETED",
};

static const struct name sense_codes[] = {
	{ 0x0401, "becoming ready" },
	{ 0x0402, "initializing command required" },
	{ 0x0403, "manual intervention required" },
	{ 0x040a, "asymmetric access state transition" },
	{ 0x040b, "target port in standby state" },
	{ 0x040c, "target port in unavailable state" },
	{ 0x0c00, "write error" },
	{ 0x1100, "unrecovered read error" },
	{ 0x1d00, "miscompare during verify operation" },
	{ 0x2000, "invalid command operation code" },
	{ 0x2100, "logical block address out of range" },
	{ 0x2400, "invalid field in CDB" },
	{ 0x2500, "logical unit not supported" },
	{ 0x2700,
	  "write-protected by the target; allow writing, and try again" },
	{ 0x2701, "write-protected: the hardware" },
	{ 0x2702, "write-protected by software of the target" },
	{ 0x2707, "space allocation failed: the target is full" },
	{ 0x2900, "power on or reset: writes in its cache may be lost" },
	{ 0x2901, "power on: writes in its cache may be lost" },
	{ 0x2a03, "reservations preempted" },
	{ 0x2a04, "reservations released" },
	{ 0x2a09, "capacity data has changed" },
	{ 0x3a00, "medium not present" },
	{ 0x9401, "current LUN ownership: the other controller has it" },
	{ 0x3f03, "INQUIRY data has changed" },
	{ 0x3f05, "device identifier changed" },
	{ 0x3f0e, "reported LUNs data has changed" },
	{ 0x4400, "internal target failure" },
	{ 0, NULL },
};

static const char *find(const struct name *names, unsigned value)
{
	for (; names->text; names++) {
		if (names->value == value)
			return names->text;
	}
	return NULL;
}

void scsi_command_name(const struct scsi_command *command, char *text,
		       size_t size)
{
	const uint8_t *cdb = command->cdb;
	const char *name = find(opcodes, cdb[0]);
	uint64_t lba;
	uint32_t blocks;

	if (!name)
		name = "SCSI command";
	switch (cdb[0]) {
	case SCSI_OPCODE_READ10:
	case SCSI_OPCODE_WRITE10:
		lba = get_be32(cdb + 2);
		blocks = get_be16(cdb + 7);
		break;
	case SCSI_OPCODE_READ16:
	case SCSI_OPCODE_WRITE16:
		lba = get_be64(cdb + 2);
		blocks = get_be32(cdb + 10);
		break;
	case SCSI_OPCODE_COMPARE_AND_WRITE:
		lba = get_be64(cdb + 2);
		blocks = cdb[13];
		break;
	default:
		snprintf(text, size, "LUN %u, %s", lun_number(command->lun),
			 name);
		return;
	}
	snprintf(text, size, "LUN %u, %s of %" PRIu32 " blocks at LBA %" PRIu64,
		 lun_number(command->lun), name, blocks, lba);
}

static void describe_failure(const struct scsi_command *command, char *text,
			     size_t size)
{
	const char *words;

	if (command->short_data) {
		snprintf(text, size,
			 "the target answers short: it did not transfer just "
			 "the bytes that were asked for");
		return;
	}
	if (command->status != SCSI_STATUS_CHECK_CONDITION) {
		words = find(statuses, (unsigned)command->status);
		snprintf(text, size, "%s (status 0x%02x)",
			 words ? words : "unexpected", command->status & 0xff);
		return;
	}
	if (!command->sense_type) {
		snprintf(text, size, "CHECK CONDITION without sense data");
		return;
	}
	words = find(sense_codes, command->sense_asc);
	snprintf(text, size, "%s%s%s%s (sense %x/%02x/%02x)",
		 command->sense_type & 1 ? "deferred: " : "",
		 sense_keys[command->sense_key & 0xf], words ? ", " : "",
		 words ? words : "", command->sense_key,
		 command->sense_asc >> 8, command->sense_asc & 0xff);
}

/* What the target says of this very command, and not of an earlier one. */
static bool has_sense(const struct scsi_command *command)
{
	return command->status == SCSI_STATUS_CHECK_CONDITION &&
	       (command->sense_type == 0x70 || command->sense_type == 0x72);
}

int scsi_command_error(const struct scsi_command *command, struct error *err)
{
	enum error_code code = ERROR_IO;
	char name[96];
	char failure[128];

	if (command->status == SCSI_STATUS_RESERVATION_CONFLICT)
		code = ERROR_RESERVED;
	else if (has_sense(command) &&
		 sense_is_no_path(command->sense_key, command->sense_asc))
		code = ERROR_NO_PATH;
	else if (has_sense(command) &&
		 sense_is_write_protected(command->sense_key,
					  command->sense_asc))
		code = ERROR_LUN_CONTENT;
	scsi_command_name(command, name, sizeof(name));
	describe_failure(command, failure, sizeof(failure));
	return error_set(err, code, "%s: %s", name, failure);
}

bool scsi_command_unsupported(const struct scsi_command *command)
{
	return has_sense(command) &&
	       sense_is_unsupported(command->sense_key, command->sense_asc);
}

bool scsi_command_miscompared(const struct scsi_command *command)
{
	return has_sense(command) && command->sense_key == SENSE_MISCOMPARE;
}

bool scsi_command_lun_changed(const struct scsi_command *command)
{
	return has_sense(command) &&
	       command->sense_key == SENSE_UNIT_ATTENTION &&
	       command->sense_asc >> 8 == 0x3f;
}

bool scsi_command_reservation_lost(const struct scsi_command *command)
{
	if (command->good || command->short_data)
		return false;
	if (command->status == SCSI_STATUS_RESERVATION_CONFLICT)
		return true;
	return has_sense(command) &&
	       command->sense_key == SENSE_UNIT_ATTENTION &&
	       (command->sense_asc >> 8 == 0x29 ||
		command->sense_asc == 0x2a03 || command->sense_asc == 0x2a04);
}
