// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The host's settings, /etc/relvmoiscsi.conf: lines of `key = value`, and
 * comments that start with '#'. A later line wins.
 */
#ifndef SM_CONF_H
#define SM_CONF_H

#include <stddef.h>

#include "base/error.h"
#include "iscsi/target.h"

#define CONF_FILE "/etc/relvmoiscsi.conf"

/* Names another file, which must then be there. */
#define CONF_FILE_VARIABLE "RELVMOISCSI_CONF"

/* Where xapi listens on a pool host. */
#define CONF_XAPI_SOCKET "/var/lib/xcp/xapi"
#define CONF_INVENTORY	 "/etc/xensource-inventory"

struct conf {
	enum initiator_kind initiator;
	/* A path that fits a socket address; empty for `none`: xapi is not
	 * asked, so nothing keeps a live original from being resigned but what
	 * this host itself sees of it. */
	char xapi_socket[108];
	char inventory[108]; /* of this host (host/this_host.h) */
};

/* Reads the file; what it does not set has its default. ERROR_BAD_VALUE names
 * the file and the line. */
int conf_load(struct conf *out, struct error *err);

/* Reads the text of a file; `name` is the file's, for errors. `text` has
 * `len` bytes and a NUL behind them, and is changed. */
int conf_parse(char *text, size_t len, const char *name, struct conf *out,
	       struct error *err);

#endif
