// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/string_map.h"

#include <stdlib.h>
#include <string.h>

const char *string_map_get(const struct string_map *map, const char *key)
{
	for (size_t i = 0; i < map->count; i++) {
		if (strcmp(map->pairs[i].key, key) == 0)
			return map->pairs[i].value;
	}
	return NULL;
}

void string_map_free(struct string_map *map)
{
	for (size_t i = 0; i < map->count; i++) {
		free(map->pairs[i].key);
		string_wipe(map->pairs[i].value);
	}
	free(map->pairs);
	*map = (struct string_map){ 0 };
}

void string_wipe(char *text)
{
	if (!text)
		return;
	explicit_bzero(text, strlen(text));
	free(text);
}
