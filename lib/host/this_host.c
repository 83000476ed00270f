// SPDX-License-Identifier: LGPL-2.1-only
#include "host/this_host.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_file.h"

#define BOOT_ID_FILE  "/proc/sys/kernel/random/boot_id"
#define UUID_KEY      "INSTALLATION_UUID='"
#define ROOT_DISK_KEY "PRIMARY_DISK='"

int host_inventory_uuid(const char *path, char out[UUID_TEXT_LEN + 1],
			struct error *err)
{
	struct uuid uuid = { 0 };
	char *text, *at;
	size_t len;

	if (text_file_read(path, &text, &len, err))
		return -1;
	at = text ? strstr(text, UUID_KEY) : NULL;
	if (at && strlen(at + strlen(UUID_KEY)) >= UUID_TEXT_LEN)
		uuid_from_text(at + strlen(UUID_KEY), &uuid);
	free(text);
	if (uuid_is_zero(&uuid))
		return error_set(err, ERROR_XAPI,
				 "%s: no INSTALLATION_UUID, so that this host "
				 "is not known",
				 path);
	uuid_to_text(&uuid, out);
	out[UUID_TEXT_LEN] = '\0';
	return 0;
}

void host_inventory_root_disk(const char *path, char *out, size_t size)
{
	struct error ignored;
	char *text = NULL, *at;
	size_t len;

	*out = '\0';
	if (text_file_read(path, &text, &len, &ignored) || !text)
		return;
	at = strstr(text, ROOT_DISK_KEY);
	if (at) {
		at += strlen(ROOT_DISK_KEY);
		snprintf(out, size, "%.*s", (int)strcspn(at, "'\n"), at);
	}
	free(text);
}

int boot_id_read(struct uuid *out, struct error *err)
{
	char text[UUID_TEXT_LEN];

	/* No id at all would be the same on every host. */
	if (file_begin(AT_FDCWD, BOOT_ID_FILE, text, sizeof(text)) !=
		    sizeof(text) ||
	    !uuid_from_text(text, out))
		return error_set(err, ERROR_HOST,
				 BOOT_ID_FILE " cannot be read; is /proc "
					      "mounted?");
	return 0;
}
