// SPDX-License-Identifier: LGPL-2.1-only
#include "drivers/relvm_xapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "host/this_host.h"
#include "sm/conf.h"
#include "xapi/call.h"

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
		const char *path = options->choices[i].path;

		if (!path || !is_file(path))
			return true;
	}
	return false;
}

/* Whether xapi should be there: on a host of a pool, or where the settings name
 * its socket. It may be about to start; to go on without its word would be to
 * resign an original that another host has attached. */
static bool is_wanted(const struct conf *conf)
{
	return conf->xapi_socket[0] &&
	       (strcmp(conf->xapi_socket, CONF_XAPI_SOCKET) != 0 ||
		is_file(conf->inventory));
}

static void find_own_host(struct relvm_xapi *xapi, const struct conf *conf)
{
	char uuid[UUID_TEXT_LEN + 1];
	struct error ignored;

	if (host_inventory_uuid(conf->inventory, uuid, &ignored) ||
	    xapi_find_uuid(xapi->session, "host", uuid, &xapi->own_host,
			   &ignored))
		xapi->own_host = NULL;
}

int relvm_xapi_begin(struct relvm_xapi *out,
		     const struct relvm_options *options, struct error *err)
{
	struct xapi_options login = {
		.timeout_ms = XAPI_TIMEOUT_MS,
	};
	bool writes = relvm_command_writes(options->command);
	struct conf conf;

	*out = (struct relvm_xapi){ 0 };
	if (conf_load(&conf, err))
		return -1;
	if (has_lun(options) && is_socket(conf.xapi_socket)) {
		login.socket = conf.xapi_socket;
		if (!writes)
			login.timeout_ms = XAPI_READER_TIMEOUT_MS;
		if (xapi_login(&login, "relvm", &out->session, err) == 0) {
			find_own_host(out, &conf);
			return 0;
		}
		if (writes || err->code == ERROR_INTERRUPTED)
			return -1;
		log_warning("%s; which LUNs are originals is unknown",
			    err->text);
		return 0;
	}
	if (has_lun(options) && writes && is_wanted(&conf))
		return error_set(err, ERROR_XAPI,
				 "%s: xapi is not there to be asked whether "
				 "the LUN is in use in the pool; start it, or "
				 "set xapi_socket = none in " CONF_FILE,
				 conf.xapi_socket);
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
	free(xapi->own_host);
}
