// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/text_file.h"

static const struct conf defaults = {
	.xapi_socket = CONF_XAPI_SOCKET,
	.inventory = CONF_INVENTORY,
};

static int set_initiator(struct conf *conf, const char *value,
			 struct error *err)
{
	if (!initiator_kind_from_text(value, &conf->initiator))
		return error_set(err, ERROR_BAD_VALUE,
				 "initiator is '%.64s'; it can be: %s", value,
				 INITIATOR_KINDS);
	return 0;
}

static int set_xapi_socket(struct conf *conf, const char *value,
			   struct error *err)
{
	bool none = strcmp(value, "none") == 0;

	if (!none &&
	    (value[0] != '/' || strlen(value) >= sizeof(conf->xapi_socket)))
		return error_set(err, ERROR_BAD_VALUE,
				 "xapi_socket is '%.64s'; it can be: none, or "
				 "an absolute path of less than %zu bytes",
				 value, sizeof(conf->xapi_socket));
	memset(conf->xapi_socket, 0, sizeof(conf->xapi_socket));
	if (!none)
		memcpy(conf->xapi_socket, value, strlen(value));
	return 0;
}

static int set_inventory(struct conf *conf, const char *value,
			 struct error *err)
{
	if (value[0] != '/' || strlen(value) >= sizeof(conf->inventory))
		return error_set(err, ERROR_BAD_VALUE,
				 "inventory is '%.64s'; it can be an absolute "
				 "path of less than %zu bytes",
				 value, sizeof(conf->inventory));
	memset(conf->inventory, 0, sizeof(conf->inventory));
	memcpy(conf->inventory, value, strlen(value));
	return 0;
}

static const struct {
	const char *name;
	int (*set)(struct conf *conf, const char *value, struct error *err);
} keys[] = {
	{ "initiator", set_initiator },
	{ "xapi_socket", set_xapi_socket },
	{ "inventory", set_inventory },
};

/* Sets one key; the error lacks the file and line. */
static int set_key(struct conf *conf, const struct text_line *pair,
		   struct error *err)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(pair->key, keys[i].name) == 0)
			return keys[i].set(conf, pair->value, err);
	}
	return error_set(err, ERROR_BAD_VALUE, "unknown key %.64s", pair->key);
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
	text_drop_mark(text, &len);
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
