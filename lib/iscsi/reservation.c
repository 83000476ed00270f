// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/reservation.h"

#include "base/log.h"

static int run(struct scsi_batch as, struct scsi_command *command,
	       struct error *err)
{
	as.commands = command;
	as.count = 1;
	return scsi_batch_run(&as, err);
}

int reservation_take(const struct scsi_batch *as, uint16_t lun, bool *changed,
		     struct error *err)
{
	struct scsi_command command = {
		.lun = lun,
		.cdb = { SCSI_OPCODE_RESERVE6 },
		.cdb_len = 6,
		.direction = SCSI_XFER_NONE,
	};

	*changed = false;
	if (run(*as, &command, err))
		return -1;
	*changed = scsi_command_lun_changed(&command);
	if (scsi_command_unsupported(&command))
		return 1;
	return command.good ? 0 : scsi_command_error(&command, err);
}

void reservation_give_back(const struct scsi_batch *as, uint16_t lun)
{
	struct scsi_command command = {
		.lun = lun,
		.cdb = { SCSI_OPCODE_RELEASE6 },
		.cdb_len = 6,
		.direction = SCSI_XFER_NONE,
	};
	struct error err;

	if (run(*as, &command, &err) ||
	    (!command.good && scsi_command_error(&command, &err)))
		log_warning("the reservation stays until the session's end: %s",
			    err.text);
}
