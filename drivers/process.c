// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text_file.h"

void process_open_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", O_RDWR) < 0)
			log_error("/dev/null: %s", strerror(errno));
	}
}

/* RLIMIT_CORE does not keep the kernel from piping a core to a handler; being
 * not dumpable does. */
void process_forbid_core_files(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		log_warning("core files cannot be turned off: %s",
			    strerror(errno));
}

void process_write(int fd, const char *text)
{
	if (!file_write_all(fd, text, strlen(text)))
		log_error("the answer cannot be written: %s", strerror(errno));
}

void process_list(char *list)
{
	process_write(STDERR_FILENO, list);
	free(list);
}
