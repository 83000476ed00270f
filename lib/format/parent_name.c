// SPDX-License-Identifier: LGPL-2.1-only
#include "format/parent_name.h"

#include "base/bytes.h"

static uint16_t get_char(const uint8_t *bytes, enum name_encoding encoding,
			 size_t i)
{
	switch (encoding) {
	case NAME_UTF16BE:
		return get_be16(bytes + 2 * i);
	case NAME_UTF16LE:
		return (uint16_t)((unsigned)bytes[2 * i + 1] << 8 |
				  bytes[2 * i]);
	case NAME_UTF8:
	case NAME_UNKNOWN:
		break;
	}
	return bytes[i];
}

size_t parent_name_get_all(const uint8_t *bytes, size_t len,
			   enum name_encoding encoding, char *ascii, size_t max)
{
	size_t room = encoding == NAME_UTF16LE || encoding == NAME_UTF16BE
			      ? len / 2
			      : len;
	size_t n;

	for (n = 0; n < room && n < max; n++) {
		uint16_t c = get_char(bytes, encoding, n);

		ascii[n] = c && c < 128 ? (char)c : '?';
	}
	return n;
}

size_t parent_name_get(const uint8_t *bytes, size_t len,
		       enum name_encoding encoding, char *ascii, size_t max)
{
	size_t count = parent_name_get_all(bytes, len, encoding, ascii, max);

	for (size_t n = 0; n < count; n++) {
		if (get_char(bytes, encoding, n) == 0)
			return n;
	}
	return count;
}

void parent_name_put(uint8_t *bytes, enum name_encoding encoding,
		  const char *before, const char *after, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (before[i] == after[i])
			continue;
		/* Uuids are ASCII: the other byte of the pair stays 0. */
		switch (encoding) {
		case NAME_UTF16BE:
			bytes[2 * i + 1] = (uint8_t)after[i];
			break;
		case NAME_UTF16LE:
			bytes[2 * i] = (uint8_t)after[i];
			break;
		case NAME_UTF8:
			bytes[i] = (uint8_t)after[i];
			break;
		case NAME_UNKNOWN:
			break;
		}
	}
}
