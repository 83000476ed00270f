// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Uuids inside names: LV names, journal values and the names of VHD parents.
 *
 * They come in two forms of different length: plain, and device-mapper's, where
 * every dash is doubled (lvm2 libdm/libdm-common.c, dm_build_dm_name). A uuid
 * that follows VG_XenStorage- (or its doubled form) is an SR's, any other a
 * VDI's.
 */
#ifndef FORMAT_UUID_SCAN_H
#define FORMAT_UUID_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/uuid.h"

#define UUID_MAPPER_LEN (UUID_TEXT_LEN + 4)

struct uuid_hit {
	size_t at;  /* in the text */
	size_t len; /* UUID_TEXT_LEN or UUID_MAPPER_LEN */
	struct uuid uuid;
	bool is_sr;
};

/* Finds the first uuid in `len` bytes of ASCII text at or after `from`. A run
 * of letters and digits that goes on before or behind it is no uuid. */
bool uuid_scan(const char *text, size_t len, size_t from, struct uuid_hit *hit);

/* Puts another uuid where `hit` is, in the same form. */
void uuid_scan_replace(char *text, const struct uuid_hit *hit,
		       const struct uuid *with);

#endif
