// SPDX-License-Identifier: LGPL-2.1-only
#include "host/dm_words.h"

#include <stdio.h>
#include <string.h>

/* VG-LV or VG-LV-LAYER, where a dash of VG or LV itself is two. */
static void volume_words(const char *name, char *out, size_t size)
{
	char text[160];
	size_t n = 0;

	for (const char *p = name; *p && n + 1 < sizeof(text); p++) {
		if (p[0] == '-' && p[1] == '-')
			text[n++] = *p++;
		else
			text[n++] = *p == '-' ? '/' : *p;
	}
	text[n] = '\0';
	snprintf(out, size, "logical volume %s", text);
}

void dm_words(const char *name, const char *uuid, char *out, size_t size)
{
	if (strncmp(uuid, "LVM-", 4) == 0)
		volume_words(name, out, size);
	else if (strncmp(uuid, "mpath-", 6) == 0)
		snprintf(out, size, "multipath map %s", name);
	else if (strncmp(uuid, "part", 4) == 0 && strstr(uuid, "-mpath-"))
		snprintf(out, size, "partition %s of a multipath map", name);
	else
		snprintf(out, size, "device-mapper device %s", name);
}
