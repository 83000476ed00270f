// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/reservation.h"

#include <inttypes.h>

#include "base/bytes.h"
#include "base/log.h"

/* SPC-4, 6.15.2: READ KEYS. */
#define PERSISTENT_RESERVE_IN 0x5e
#define KEYS_HEADER	      8
#define KEY_LEN		      8

static int run(struct iscsi_context *session, struct scsi_command *command,
	       struct scsi_traffic *traffic, struct error *err)
{
	const struct scsi_batch batch = {
		.session = session,
		.commands = command,
		.count = 1,
		.traffic = traffic,
	};

	return scsi_batch_run(&batch, err);
}

/* Asked before RESERVE: LIO answers CONFLICT to it afterwards, to the holder,
 * too. Targets without persistent reservations have no keys. */
static int check_no_keys(struct iscsi_context *session, uint16_t lun,
			 struct scsi_traffic *traffic, struct error *err)
{
	uint8_t keys[KEYS_HEADER + KEY_LEN];
	struct scsi_command command = {
		.lun = lun,
		.cdb = { PERSISTENT_RESERVE_IN, [8] = sizeof(keys) },
		.cdb_len = 10,
		.direction = SCSI_XFER_READ,
		.data = keys,
		.len = sizeof(keys),
	};

	if (run(session, &command, traffic, err))
		return -1;
	if (!command.good && !scsi_command_unsupported(&command))
		return scsi_command_error(&command, err);
	if (command.received < KEYS_HEADER || get_be32(keys + 4) < KEY_LEN)
		return 0;
	return error_set(err, ERROR_IN_USE,
			 "LUN %u has a persistent reservation (the first of "
			 "%" PRIu32 " registered keys is 0x%016" PRIx64
			 "): another host works with it; nothing was written",
			 lun, get_be32(keys + 4) / KEY_LEN,
			 get_be64(keys + KEYS_HEADER));
}

int reservation_take(struct iscsi_context *session, uint16_t lun,
		     struct scsi_traffic *traffic, struct error *err)
{
	struct scsi_command command = {
		.lun = lun,
		.cdb = { SCSI_OPCODE_RESERVE6 },
		.cdb_len = 6,
		.direction = SCSI_XFER_NONE,
	};

	if (check_no_keys(session, lun, traffic, err) ||
	    run(session, &command, traffic, err))
		return -1;
	if (scsi_command_unsupported(&command))
		return 1;
	return command.good ? 0 : scsi_command_error(&command, err);
}

void reservation_give_back(struct iscsi_context *session, uint16_t lun,
			   struct scsi_traffic *traffic)
{
	struct scsi_command command = {
		.lun = lun,
		.cdb = { SCSI_OPCODE_RELEASE6 },
		.cdb_len = 6,
		.direction = SCSI_XFER_NONE,
	};
	struct error err;

	if (run(session, &command, traffic, &err) ||
	    (!command.good && scsi_command_error(&command, &err)))
		log_warning("the reservation stays until the session's end: %s",
			    err.text);
}
