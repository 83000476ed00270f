// SPDX-License-Identifier: LGPL-2.1-only
#include "host/sg_command.h"

#include <errno.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>

#include "format/scsi_sense.h"

/* As the kernel gives its own commands to a disk. */
#define TIMEOUT_MS 30000

/* How many unit attentions a LUN may have to tell. */
#define TRIES 8

#define STATUS_CHECK_CONDITION	    0x02
#define STATUS_RESERVATION_CONFLICT 0x18
#define SENSE_FIXED		    0x70
#define SENSE_DESCRIPTOR	    0x72
#define SENSE_FIXED_WITH_ASC_LEN    14
#define SENSE_DESCRIPTOR_ASC_LEN    4

static void read_sense(struct sg_command *command, const uint8_t *sense,
		       unsigned len)
{
	uint8_t format = len ? sense[0] & 0x7e : 0;

	if (format == SENSE_FIXED && len >= SENSE_FIXED_WITH_ASC_LEN) {
		command->sense_key = sense[2] & 0x0f;
		command->sense_asc = (uint16_t)(sense[12] << 8 | sense[13]);
	} else if (format == SENSE_DESCRIPTOR &&
		   len >= SENSE_DESCRIPTOR_ASC_LEN) {
		command->sense_key = sense[1] & 0x0f;
		command->sense_asc = (uint16_t)(sense[2] << 8 | sense[3]);
	}
}

static int run_once(int fd, struct sg_command *command)
{
	uint8_t sense[64] = { 0 };
	sg_io_hdr_t header = {
		.interface_id = 'S',
		.dxfer_direction = !command->len    ? SG_DXFER_NONE
				   : command->write ? SG_DXFER_TO_DEV
						    : SG_DXFER_FROM_DEV,
		.cmd_len = command->cdb_len,
		.cmdp = command->cdb,
		.dxfer_len = command->len,
		.dxferp = command->data,
		.mx_sb_len = sizeof(sense),
		.sbp = sense,
		.timeout = TIMEOUT_MS,
	};

	command->good = false;
	command->received = 0;
	command->sense_key = 0;
	command->sense_asc = 0;
	if (ioctl(fd, SG_IO, &header))
		return -1;
	if (header.status == STATUS_CHECK_CONDITION) {
		read_sense(command, sense, header.sb_len_wr);
		return 0;
	}
	/* Neither the transport nor the driver may have failed. */
	if (header.host_status || header.status) {
		errno = header.status == STATUS_RESERVATION_CONFLICT ? EBADE
								     : EIO;
		return -1;
	}
	command->good = true;
	if (header.resid >= 0 && (uint32_t)header.resid <= command->len)
		command->received = command->len - (uint32_t)header.resid;
	return 0;
}

int sg_command_run(int fd, struct sg_command *command)
{
	for (int i = 0; i < TRIES; i++) {
		if (run_once(fd, command))
			return -1;
		if (command->sense_key != SENSE_UNIT_ATTENTION)
			return 0;
	}
	return 0;
}

bool sg_command_unsupported(const struct sg_command *command)
{
	return !command->good &&
	       sense_is_unsupported(command->sense_key, command->sense_asc);
}

bool sg_command_miscompared(const struct sg_command *command)
{
	return !command->good && command->sense_key == SENSE_MISCOMPARE;
}
