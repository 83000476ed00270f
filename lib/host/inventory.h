// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Which host of its pool this one is: INSTALLATION_UUID='…' in
 * /etc/xensource-inventory, which every pool host has.
 */
#ifndef HOST_INVENTORY_H
#define HOST_INVENTORY_H

#include "base/error.h"
#include "base/uuid.h"

/* ERROR_XAPI: the file is not there, or does not tell. */
int host_inventory_uuid(const char *path, char out[UUID_TEXT_LEN + 1],
			struct error *err);

#endif
