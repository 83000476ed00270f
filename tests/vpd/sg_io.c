// SPDX-License-Identifier: LGPL-2.1-only
/*
 * To be preloaded: every file is a disk that answers INQUIRY (ioctl SG_IO) with
 * what is in the files `standard`, `00`, `80` and `83` of the folder $PAGES;
 * without one, as a LUN that has no such page.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int inquiry(struct sg_io_hdr *header)
{
	static const unsigned char no_such_page[18] = { 0x70, 0, 5,   0, 0,
							0,    0, 10,  0, 0,
							0,    0, 0x24 };
	const unsigned char *cdb = header->cmdp;
	char path[4096];
	ssize_t n;
	int fd;

	if (header->interface_id != 'S' || cdb[0] != 0x12) {
		errno = EINVAL;
		return -1;
	}
	if (cdb[1] & 1)
		snprintf(path, sizeof(path), "%s/%02x", getenv("PAGES"),
			 cdb[2]);
	else
		snprintf(path, sizeof(path), "%s/standard", getenv("PAGES"));
	fd = open(path, O_RDONLY);
	if (fd < 0) {
		header->status = 2; /* CHECK CONDITION */
		header->driver_status = 8;
		header->sb_len_wr = sizeof(no_such_page);
		memcpy(header->sbp, no_such_page, sizeof(no_such_page));
		return 0;
	}
	n = read(fd, header->dxferp, header->dxfer_len);
	header->resid = (int)header->dxfer_len - (int)n;
	close(fd);
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	static int (*next)(int, unsigned long, ...);
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (request == SG_IO)
		return inquiry(argument);
	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "ioctl");
	return next(fd, request, argument);
}
