// SPDX-License-Identifier: LGPL-2.1-only
/*
 * device_config: lines of key=value in any order. No error may quote a
 * password.
 */
#include "sm/device_config.h"
#include "tests/fuzz/fuzz.h"

static char *copy_text(const char *text, size_t len)
{
	char *copy = calloc(1, len + 1);

	MUST(copy);
	memcpy(copy, text, len);
	return copy;
}

static bool is_secret(const char *key)
{
	return strcmp(key, "chappassword") == 0 ||
	       strcmp(key, "incoming_chappassword") == 0;
}

static void fill(struct string_map *map, const char *text)
{
	while (*text && map->count < 64) {
		size_t line = strcspn(text, "\n");
		const char *equals = memchr(text, '=', line);
		size_t key = equals ? (size_t)(equals - text) : line;
		struct string_pair pair = {
			.key = copy_text(text, key),
			.value = equals ? copy_text(equals + 1, line - key - 1)
					: copy_text("", 0),
		};

		/* A map has each key once. */
		if (string_map_get(map, pair.key)) {
			free(pair.key);
			free(pair.value);
		} else {
			map->pairs[map->count++] = pair;
		}
		text += line + (text[line] != '\0');
	}
}

/* Whether a secret stands nowhere else: an error may quote what is no secret.
 */
static bool is_only_secret(const struct string_map *map, size_t secret)
{
	const char *value = map->pairs[secret].value;

	for (size_t i = 0; i < map->count; i++) {
		if (strstr(map->pairs[i].key, value) ||
		    (!is_secret(map->pairs[i].key) &&
		     strstr(map->pairs[i].value, value)))
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
	struct string_map map = { 0 };
	struct device_config config;
	struct error err = { 0 };
	char *text = (char *)exact_copy(data, size, size + 1);

	map.pairs = calloc(64, sizeof(*map.pairs));
	MUST(map.pairs);
	fill(&map, text);
	if (!device_config_read(&map, &defaults, &config, &err)) {
		device_config_require_lun(&config, &err);
		device_config_free(&config);
	} else {
		MUST(err.code != ERROR_NONE && err.text[0]);
	}
	for (size_t i = 0; i < map.count; i++) {
		if (is_secret(map.pairs[i].key) &&
		    strlen(map.pairs[i].value) > 12 && is_only_secret(&map, i))
			MUST(!strstr(err.text, map.pairs[i].value));
	}
	string_map_free(&map);
	free(text);
	return 0;
}
