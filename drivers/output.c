// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

void output_write(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			log_error("the answer cannot be written: %s",
				  strerror(errno));
			return;
		}
		text += n;
		left -= (size_t)n;
	}
}

void output_list(char *list)
{
	output_write(STDERR_FILENO, list);
	free(list);
}
