// SPDX-License-Identifier: LGPL-2.1-only
#include "host/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/text_file.h"

#define KEY "INSTALLATION_UUID='"

int host_inventory_uuid(const char *path, char out[UUID_TEXT_LEN + 1],
			struct error *err)
{
	struct uuid uuid = { 0 };
	char *text, *at;
	size_t len;

	if (text_file_read(path, &text, &len, err))
		return -1;
	at = text ? strstr(text, KEY) : NULL;
	if (at && strlen(at + strlen(KEY)) >= UUID_TEXT_LEN)
		uuid_from_text(at + strlen(KEY), &uuid);
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
