// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A struct of strings, as XML-RPC and xapi have it: device_config, sm_config.
 * The order is the sender's; a key is there once.
 */
#ifndef SM_STRING_MAP_H
#define SM_STRING_MAP_H

#include <stddef.h>

struct string_pair {
	char *key;
	char *value;
};

struct string_map {
	struct string_pair *pairs;
	size_t count;
};

/* The value of `key`, owned by the map; NULL if the key is not there. */
const char *string_map_get(const struct string_map *map, const char *key);

/* Wipes and frees what the map holds and leaves it empty. */
void string_map_free(struct string_map *map);

/* Wipes and frees one string, which may hold a password; NULL is fine. */
void string_wipe(char *text);

#endif
