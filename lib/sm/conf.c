// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/conf.h"

#include <stdlib.h>
#include <string.h>

#include "sm/text_file.h"

static const struct conf defaults = { .initiator = INITIATOR_OPEN_ISCSI };

/* Sets one key; the error lacks the file and line. */
static int set_key(struct conf *conf, const struct text_line *pair,
		   struct error *err)
{
	if (strcmp(pair->key, "initiator") != 0)
		return error_set(err, ERROR_BAD_VALUE, "unknown key %.64s",
				 pair->key);
	if (!initiator_kind_from_text(pair->value, &conf->initiator))
		return error_set(err, ERROR_BAD_VALUE,
				 "initiator is '%.64s'; it can be: %s",
				 pair->value, INITIATOR_KINDS);
	return 0;
}

int conf_parse(char *text, size_t len, const char *name, struct conf *out,
	       struct error *err)
{
	struct conf conf = defaults;
	unsigned number = 0;
	char *rest = text;

	if (strlen(text) != len)
		return error_set(err, ERROR_BAD_VALUE, "%s holds a NUL byte",
				 name);
	while (rest) {
		struct text_line pair;
		int rc = 0;

		number++;
		switch (text_line_read(strsep(&rest, "\n"), &pair)) {
		case TEXT_LINE_EMPTY:
			break;
		case TEXT_LINE_PAIR:
			rc = set_key(&conf, &pair, err);
			break;
		case TEXT_LINE_BAD:
			rc = error_set(err, ERROR_BAD_VALUE,
				       "not a line of the form key = value");
			break;
		}
		if (rc)
			return error_prefix(err, "%s:%u: ", name, number);
	}
	*out = conf;
	return 0;
}

int conf_load(struct conf *out, struct error *err)
{
	const char *named = getenv(CONF_FILE_VARIABLE);
	const char *path = named && named[0] ? named : CONF_FILE;
	char *text;
	size_t len;
	int rc;

	if (text_file_read(path, &text, &len, err))
		return -1;
	if (!text) {
		if (path == named)
			return error_set(err, ERROR_BAD_VALUE,
					 "%s names %s, which does not exist",
					 CONF_FILE_VARIABLE, path);
		*out = defaults;
		return 0;
	}
	rc = conf_parse(text, len, path, out, err);
	free(text);
	return rc;
}
