// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/relvm_xapi.h"

#include <stdio.h>
#include <sys/stat.h>

#include "host/stop.h"
#include "sm/conf.h"
#include "xapi/login.h"

static bool is_socket(const char *path)
{
	struct stat st;

	return path[0] && stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Image files are no LUNs of a pool. */
static bool has_lun(const struct relvm_options *options)
{
	for (size_t i = 0; i < options->count; i++) {
		if (options->names[i].form == LUN_ISCSI ||
		    !is_file(options->names[i].text))
			return true;
	}
	return false;
}

int relvm_xapi_begin(struct relvm_xapi *out,
		     const struct relvm_options *options, struct error *err)
{
	struct xapi_options login = {
		.timeout_ms = XAPI_TIMEOUT_MS,
		.stop = stop_requested,
	};
	struct conf conf;

	*out = (struct relvm_xapi){ 0 };
	if (conf_load(&conf, err))
		return -1;
	if (has_lun(options) && is_socket(conf.xapi_socket)) {
		login.socket = conf.xapi_socket;
		return xapi_login(&login, "relvm", &out->session, err);
	}
	if (options->command != RELVM_LIST)
		fprintf(stderr, "relvm: %s\n",
			has_lun(options)
				? "there is no xapi here to ask whether a LUN "
				  "is in use on another host"
				: "xapi is not asked: image files are none of "
				  "its LUNs");
	return 0;
}

void relvm_xapi_end(struct relvm_xapi *xapi)
{
	xapi_logout(xapi->session);
	xapi->session = NULL;
}
