// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Which host this is: by /etc/xensource-inventory, which every pool host has, and
 * by the kernel.
 */
#ifndef HOST_THIS_HOST_H
#define HOST_THIS_HOST_H

#include "base/error.h"
#include "base/uuid.h"

/* Which host of its pool it is: INSTALLATION_UUID='…'. ERROR_XAPI: the
 * file is not there, or does not tell. */
int host_inventory_uuid(const char *path, char out[UUID_TEXT_LEN + 1],
			struct error *err);

/* The path of the disk that it starts from, PRIMARY_DISK='…'; empty if the file
 * is not there or does not tell. */
void host_inventory_root_disk(const char *path, char *out, size_t size);

/* The kernel's random number for this boot. ERROR_HOST if it does not tell. */
int boot_id_read(struct uuid *out, struct error *err);

#endif
