// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Which boot of which host this is: the kernel's random number for it.
 */
#ifndef HOST_BOOT_ID_H
#define HOST_BOOT_ID_H

#include "base/error.h"
#include "base/uuid.h"

/* ERROR_INTERNAL if the kernel does not tell. */
int boot_id_read(struct uuid *out, struct error *err);

#endif
