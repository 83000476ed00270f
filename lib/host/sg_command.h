// SPDX-License-Identifier: LGPL-2.1-only
/*
 * One SCSI command through a kernel's block device (ioctl SG_IO). A multipath
 * map hands it to one of its paths.
 *
 * Sources: Linux' SCSI generic HOWTO (sg_io_hdr_t), SPC-4 for sense data.
 */
#ifndef HOST_SG_COMMAND_H
#define HOST_SG_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

struct sg_command {
	/* The caller's. */
	uint8_t cdb[16];
	uint8_t cdb_len;
	bool write;    /* `data` goes to the LUN */
	uint8_t *data; /* may be NULL if `len` is 0 */
	uint32_t len;

	/* The answer. */
	bool good;
	uint32_t received;  /* bytes of `data` that a read has filled */
	uint8_t sense_key;  /* without `good`; 0: no sense data */
	uint16_t sense_asc; /* additional sense code and qualifier */
};

/* Runs the command; after a unit attention, which means that the LUN has not
 * begun it, again. 0: the LUN has answered, see `good`. -1: no answer, errno
 * tells why; EBADE, as the kernel calls it for its own: another host has
 * reserved the LUN. */
int sg_command_run(int fd, struct sg_command *command);

/* As of scsi_command_unsupported and scsi_command_miscompared. */
bool sg_command_unsupported(const struct sg_command *command);
bool sg_command_miscompared(const struct sg_command *command);

#endif
