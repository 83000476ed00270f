// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A stand-in for xapi, for tests and the demo: it keeps the records, runs the
 * storage backends and plugins, and serves XenAPI on a unix socket.
 *
 *   standin SOCKET [-s STATE] [-l LOG] [-h HOST]… SM_FOLDER PLUGIN_FOLDER
 *           ANSWER_READER [NAME=VALUE…]
 *
 * STATE keeps the records from one run to the next. HOST is the name of a host
 * of the pool, the master first; without any it is "master". NAME=VALUE is
 * environment of what it runs. It shares no code with the program under test.
 *
 * Called as `xe`, it is xapi's command line (xe.c).
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "db.h"
#include "methods.h"
#include "server.h"
#include "sm_exec.h"
#include "xe.h"

static const char *add_host(const char *name, size_t number)
{
	value *host = struct_value();
	value *other_config = struct_value();

	set(other_config, "iscsi_iqn",
	    text_value(text("iqn.2024-01.test:host%zu", number)));
	set(other_config, "multipathing", text_value("false"));
	set(host, "name_label", text_value(name));
	set(host, "hostname", text_value(name));
	set(host, "other_config", other_config);
	return db_add("host", host);
}

/* A pool of these hosts, the first of them its master. */
static void add_pool(const char *const *hosts, size_t count)
{
	value *pool = struct_value();

	for (size_t i = 0; i < count; i++) {
		const char *ref = add_host(hosts[i], i + 1);

		if (i == 0)
			set(pool, "master", text_value(ref));
	}
	set(pool, "name_label", text_value(""));
	db_add("pool", pool);
}

static int usage(void)
{
	fprintf(stderr,
		"usage: standin SOCKET [-s STATE] [-l LOG] [-h HOST]... "
		"SM_FOLDER PLUGIN_FOLDER ANSWER_READER "
		"[NAME=VALUE...]\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *hosts[16] = { "master" };
	const char *state = NULL;
	size_t host_count = 0;
	const char *slash = strrchr(argv[0], '/');
	int option;

	signal(SIGPIPE, SIG_IGN);
	if (strcmp(slash ? slash + 1 : argv[0], "xe") == 0)
		return xe(argc, argv);
	if (argc < 2)
		return usage();
	optind = 2;
	while ((option = getopt(argc, argv, "+s:l:h:")) != -1) {
		if (option == 's')
			state = optarg;
		else if (option == 'l')
			launch.log = optarg;
		else if (option == 'h' && host_count < 16)
			hosts[host_count++] = optarg;
		else
			return usage();
	}
	if (argc - optind < 3)
		return usage();
	launch.sm_folder = argv[optind];
	launch.plugin_folder = argv[optind + 1];
	launch.answer_reader = argv[optind + 2];
	launch.environment = argv + optind + 3;
	if (!db_open(state)) {
		fprintf(stderr, "%s: not a state of mine\n", state);
		return 1;
	}
	if (!size_of(db_table("pool")))
		add_pool(hosts, host_count ? host_count : 1);
	scan_drivers();
	values_end();
	serve(argv[1]);
	return 1;
}
