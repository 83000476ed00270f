// SPDX-License-Identifier: LGPL-2.1-only
#include "format/uuid_scan.h"

#include <string.h>

#include "format/lvm_vg.h"

/* Digits before a uuid's first dash. */
#define FIRST_GROUP 8

static bool is_word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* Folds UUID_MAPPER_LEN bytes to UUID_TEXT_LEN; false if a dash is single. */
static bool fold_dashes(const char *text, char *plain)
{
	size_t to = 0;

	for (size_t i = 0; i < UUID_MAPPER_LEN; i++) {
		if (to == UUID_TEXT_LEN)
			return false;
		if (text[i] == '-') {
			if (i + 1 == UUID_MAPPER_LEN || text[i + 1] != '-')
				return false;
			i++;
		}
		plain[to++] = text[i];
	}
	return to == UUID_TEXT_LEN;
}

static bool uuid_at(const char *text, size_t left, struct uuid_hit *hit)
{
	char plain[UUID_TEXT_LEN];

	/* Most text is settled here: this is asked at every byte of it. */
	if (left < UUID_TEXT_LEN || text[FIRST_GROUP] != '-')
		return false;
	if (left >= UUID_MAPPER_LEN && fold_dashes(text, plain) &&
	    uuid_from_text(plain, &hit->uuid)) {
		hit->len = UUID_MAPPER_LEN;
		return true;
	}
	if (uuid_from_text(text, &hit->uuid)) {
		hit->len = UUID_TEXT_LEN;
		return true;
	}
	return false;
}

static bool ends_with(const char *text, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len >= n && memcmp(text + len - n, suffix, n) == 0;
}

bool uuid_scan(const char *text, size_t len, size_t from, struct uuid_hit *hit)
{
	for (size_t i = from; i < len; i++) {
		size_t end;

		if (i > 0 && is_word_char(text[i - 1]))
			continue;
		if (!uuid_at(text + i, len - i, hit))
			continue;
		end = i + hit->len;
		if (end < len && is_word_char(text[end]))
			continue;
		hit->at = i;
		hit->is_sr = ends_with(text, i, VG_NAME_PREFIX) ||
			     ends_with(text, i, VG_NAME_PREFIX "-");
		return true;
	}
	return false;
}

void uuid_scan_replace(char *text, const struct uuid_hit *hit,
		       const struct uuid *with)
{
	char plain[UUID_TEXT_LEN];
	char *to = text + hit->at;

	uuid_to_text(with, plain);
	for (size_t i = 0; i < UUID_TEXT_LEN; i++) {
		*to++ = plain[i];
		if (plain[i] == '-' && hit->len == UUID_MAPPER_LEN)
			*to++ = '-';
	}
}
