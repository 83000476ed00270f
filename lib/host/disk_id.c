// SPDX-License-Identifier: LGPL-2.1-only
#include "host/disk_id.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "host/sg_command.h"

#define INQUIRY 0x12

struct answer {
	uint8_t data[VPD_PAGE_LEN];
	uint32_t len; /* 0: the LUN does not have this page */
};

/* Page `page`, or the standard data if it is 0. */
static int inquire(int fd, uint8_t page, struct answer *out)
{
	struct sg_command command = {
		.cdb = { INQUIRY, page != 0, page, 0, VPD_PAGE_LEN },
		.cdb_len = 6,
		.data = out->data,
		.len = VPD_PAGE_LEN,
	};

	memset(out->data, 0, sizeof(out->data));
	if (sg_command_run(fd, &command))
		return -1;
	out->len = command.good ? command.received : 0;
	return 0;
}

static int read_id(int fd, char *id)
{
	struct scsi_names names;
	struct answer page83, page80, standard;

	id[0] = '\0';
	if (inquire(fd, 0x83, &page83))
		return -1;
	if (scsi_id_from_page83(page83.data, page83.len, NULL, id) ==
	    SCSI_ID_FOUND)
		return 0;
	if (inquire(fd, 0, &standard) || inquire(fd, 0x80, &page80))
		return -1;
	if (scsi_names_from_inquiry(standard.data, standard.len, &names) &&
	    scsi_id_from_page83(page83.data, page83.len, &names, id) !=
		    SCSI_ID_FOUND)
		scsi_id_from_page80(page80.data, page80.len, &names, id);
	return 0;
}

int disk_id_read(const char *path, char id[SCSI_ID_SIZE], struct error *err)
{
	/* O_NONBLOCK: a disk that is not ready must not hold us up. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int rc = 0;

	if (fd < 0 || read_id(fd, id))
		rc = error_set(err, ERROR_NO_DEVICE, "%s: %s", path,
			       strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}
