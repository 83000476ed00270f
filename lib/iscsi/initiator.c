// SPDX-License-Identifier: LGPL-2.1-only
#include "iscsi/initiator.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text_file.h"

bool initiator_kind_from_text(const char *text, enum initiator_kind *out)
{
	if (strcmp(text, "open-iscsi") == 0)
		*out = INITIATOR_OPEN_ISCSI;
	else if (strcmp(text, "libiscsi") == 0)
		*out = INITIATOR_LIBISCSI;
	else
		return false;
	return true;
}

bool iscsi_name_valid(const char *name)
{
	size_t n = 0;

	for (; name[n]; n++) {
		unsigned char c = (unsigned char)name[n];

		if (n == ISCSI_NAME_MAX || c <= ' ' || c == 0x7f)
			return false;
	}
	return n > 0;
}

int initiator_name_read(const char *path, char **out, struct error *err)
{
	char *text, *rest;
	char *name = NULL;
	size_t len;
	int rc;

	if (text_file_read(path, &text, &len, err)) {
		if (err->code == ERROR_BAD_VALUE)
			err->code = ERROR_NO_INITIATOR;
		return -1;
	}
	if (!text)
		return error_set(err, ERROR_NO_INITIATOR,
				 "device_config has no localIQN and there is "
				 "no %s",
				 path);
	rest = text;
	while (rest && !name) {
		char *line = strsep(&rest, "\n");
		struct text_line pair;

		if (text_line_read(line, &pair) != TEXT_LINE_PAIR ||
		    strcmp(pair.key, "InitiatorName") != 0)
			continue;
		name = alloc_text(pair.value);
	}
	free(text);
	if (name && iscsi_name_valid(name)) {
		*out = name;
		return 0;
	}
	rc = error_set(err, ERROR_NO_INITIATOR, "%s holds no %sInitiatorName",
		       path, name ? "valid " : "");
	free(name);
	return rc;
}
