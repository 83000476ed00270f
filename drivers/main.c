// SPDX-License-Identifier: LGPL-2.1-only
/*
 * One program, four names: what it does is decided by the name it is called
 * with.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "drivers/relvm.h"
#include "drivers/sm_backend.h"
#include "rpc/value.h"
#include "sm/sr_type.h"
#include "xapi-plugin/functions.h"

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Whatever we were started from. */
static void settle_process(void)
{
	/* libiscsi and the XML libraries write to sockets that may be gone. */
	signal(SIGPIPE, SIG_IGN);
	/* An image behind `ulimit -f` is written to as far as that goes: an
	 * error that says how it is then, not our end. */
	signal(SIGXFSZ, SIG_IGN);
	/* libiscsi would print, and stderr is for xapi. */
	unsetenv("LIBISCSI_DEBUG");
	/* What we make is for others to read at most. */
	umask(022);
	value_own_memory();
}

int main(int argc, char **argv)
{
	const char *name = argc > 0 ? name_of(argv[0]) : "";
	const struct sr_type *type = sr_type_of_program(name);

	settle_process();
	if (type)
		return sm_backend(type, argc, argv);
	if (strcmp(name, "relvm") == 0)
		return relvm(argc, argv);
	if (strcmp(name, "relvmoiscsi") == 0)
		return plugin(argc, argv);
	fprintf(stderr, "'%s' is not a name of this program\n", name);
	return 1;
}
