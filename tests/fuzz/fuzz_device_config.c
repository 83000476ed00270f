// SPDX-License-Identifier: LGPL-2.1-only
/*
 * device_config: lines of key=value in any order. No error may quote a
 * password.
 */
#include "sm/device_config.h"
#include "tests/fuzz/fuzz.h"

static bool is_secret(const char *key)
{
	return strcmp(key, "chappassword") == 0 ||
	       strcmp(key, "incoming_chappassword") == 0;
}

static void fill(json_t *map, const char *text)
{
	while (*text && json_object_size(map) < 64) {
		size_t line = strcspn(text, "\n");
		const char *equals = memchr(text, '=', line);
		size_t len = equals ? (size_t)(equals - text) : line;
		char *key = strndup(text, len);
		json_t *value =
			equals ? json_stringn(equals + 1, line - len - 1)
			       : json_string("");

		MUST(key);
		/* jansson takes UTF-8 alone, of which XML is, too. */
		json_object_set_new(map, key, value);
		free(key);
		text += line + (text[line] != '\0');
	}
}

/* Whether a secret stands nowhere else: an error may quote what is no secret.
 */
static bool is_only_secret(json_t *map, const char *secret)
{
	const char *key;
	json_t *item;

	json_object_foreach(map, key, item)
	{
		if (strstr(key, secret) ||
		    (!is_secret(key) &&
		     strstr(json_string_value(item), secret)))
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device_config_defaults defaults = {
		.type = size % 2 ? &sr_type_hba : &sr_type_iscsi,
		.initiator = INITIATOR_LIBISCSI,
		.initiator_name_file = "/does/not/exist",
	};
	json_t *map = json_object(), *item;
	const char *key;
	struct device_config config;
	struct error err = { 0 };
	char *text = (char *)exact_copy(data, size, size + 1);

	fill(map, text);
	if (!device_config_read(map, &defaults, &config, &err)) {
		device_config_require_lun(&config, &err);
		device_config_free(&config);
	} else {
		MUST(err.code != ERROR_NONE && err.text[0]);
	}
	json_object_foreach(map, key, item)
	{
		const char *value = json_string_value(item);

		if (is_secret(key) && strlen(value) > 12 &&
		    is_only_secret(map, value))
			MUST(!strstr(err.text, value));
	}
	json_decref(map);
	free(text);
	return 0;
}
