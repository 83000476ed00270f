// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/reservation.h"

#include "base/log.h"

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

int reservation_take(struct iscsi_context *session, uint16_t lun,
		     struct scsi_traffic *traffic, struct error *err)
{
	struct scsi_command command = {
		.lun = lun,
		.cdb = { SCSI_OPCODE_RESERVE6 },
		.cdb_len = 6,
		.direction = SCSI_XFER_NONE,
	};

	if (run(session, &command, traffic, err))
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
