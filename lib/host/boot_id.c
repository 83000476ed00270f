// SPDX-License-Identifier: LGPL-2.1-only
#include "host/boot_id.h"

#include <fcntl.h>
#include <unistd.h>

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

int boot_id_read(struct uuid *out, struct error *err)
{
	char text[UUID_TEXT_LEN];
	int fd = open(BOOT_ID_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0) {
		n = read(fd, text, sizeof(text));
		close(fd);
	}
	/* No id at all would be the same on every host. */
	if (n != sizeof(text) || !uuid_from_text(text, out))
		return error_set(err, ERROR_INTERNAL,
				 BOOT_ID_FILE " cannot be read; is /proc "
					      "mounted?");
	return 0;
}
