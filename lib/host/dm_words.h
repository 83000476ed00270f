// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What a device-mapper device is, in words for the log. Pure.
 */
#ifndef HOST_DM_WORDS_H
#define HOST_DM_WORDS_H

#include <stddef.h>

/* "logical volume VG/LV", "multipath map NAME" …, from the device's name and
 * uuid in device-mapper. What does not fit is cut. Sources: lvm2's
 * lib/misc/lvm-string.c for how a name is made of VG, LV and layer; kpartx and
 * multipath for their uuids. */
void dm_words(const char *name, const char *uuid, char *out, size_t size);

#endif
