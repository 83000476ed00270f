// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The addresses of a host: c-ares, which reads /etc/hosts and asks the servers
 * of /etc/resolv.conf, in the order of the "hosts:" line of /etc/nsswitch.conf.
 * libc's own lookup would load its name-service modules, which a static program
 * cannot rely on; so what any other function is given is numeric.
 */
#ifndef ISCSI_RESOLVE_H
#define ISCSI_RESOLVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "iscsi/address.h"

/* Adds to *list, which the caller frees, those addresses of `host` that it does
 * not hold yet, with this port, in the order in which they are to be tried. A
 * numeric host is one address.
 * ERROR_RESOLVE, ERROR_INTERRUPTED: the list is as it was. */
int iscsi_resolve(const char *host, uint16_t port, struct iscsi_address **list,
		  size_t *count, struct error *err);

#endif
