// SPDX-License-Identifier: LGPL-2.1-only
#include "format/parent_name.h"

#include <string.h>

#include "base/bytes.h"
#include "format/lvm_vg.h"
#include "format/uuid_scan.h"

static size_t count_chars(size_t len, enum name_encoding encoding, size_t max)
{
	if (encoding == NAME_UTF16LE || encoding == NAME_UTF16BE)
		len /= 2;
	return len < max ? len : max;
}

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

static char to_ascii(uint16_t c)
{
	return c && c < 128 ? (char)c : '?';
}

size_t parent_name_get_all(const uint8_t *bytes, size_t len,
			   enum name_encoding encoding, char *ascii, size_t max)
{
	size_t count = count_chars(len, encoding, max);

	for (size_t n = 0; n < count; n++)
		ascii[n] = to_ascii(get_char(bytes, encoding, n));
	return count;
}

size_t parent_name_get(const uint8_t *bytes, size_t len,
		       enum name_encoding encoding, char *ascii, size_t max)
{
	size_t count = count_chars(len, encoding, max), n;

	for (n = 0; n < count; n++) {
		uint16_t c = get_char(bytes, encoding, n);

		if (c == 0)
			break;
		ascii[n] = to_ascii(c);
	}
	return n;
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

/* Whether `text` ends in `suffix`, whose dashes are doubled there if it is in a
 * name of device-mapper's; *len is then what stands before it. */
static bool cut(const char *text, size_t *len, const char *suffix, bool doubled)
{
	size_t left = *len;

	for (size_t i = strlen(suffix); i-- > 0;) {
		size_t n = suffix[i] == '-' && doubled ? 2 : 1;

		while (n--) {
			if (left == 0 || text[--left] != suffix[i])
				return false;
		}
	}
	*len = left;
	return true;
}

static bool is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

/* SM's own prefix right before the uuid that ends an LV's name. */
static bool cut_lv_prefix(const char *text, size_t *len, bool doubled)
{
	cut(text, len, "OLD_", false);
	return cut(text, len, "VHD-", doubled) ||
	       cut(text, len, "QCOW2-", doubled) ||
	       cut(text, len, "LV-", doubled);
}

static bool is_json(const char *text, size_t len)
{
	return len >= 5 && memcmp(text, "json:", 5) == 0;
}

/* In json: text, that what follows is the name of the file that holds the
 * image, and nothing else's. */
static bool is_json_of_file(const char *text, size_t len)
{
	if (!is_json(text, len) || memmem(text, len, "data-file", 9) ||
	    !cut(text, &len, "\"", false))
		return false;
	while (cut(text, &len, " ", false))
		;
	if (!cut(text, &len, ":", false))
		return false;
	while (cut(text, &len, " ", false))
		;
	return cut(text, &len, "filename\"", false);
}

/* Whether a file's name may begin with these: the directory, and what tells
 * qemu that a file's name follows. */
static bool is_dir(const char *text, size_t len)
{
	if (len == 0 || is(text, len, "../"))
		return true;
	if (!cut(text, &len, "/dev/", false) &&
	    !cut(text, &len, "/dev/mapper/", false))
		return false;
	return len == 0 || is(text, len, "file:") || is(text, len, "file://") ||
	       is(text, len, "host_device:") || is_json_of_file(text, len);
}

static bool is_dir_of_vhd(const char *text, size_t len)
{
	return len == 0 || text[len - 1] == '/' || text[len - 1] == '\\';
}

/* What follows the VDI's uuid ends the name, or the string in json: text. */
static bool ends(const char *name, size_t len, size_t at)
{
	return at == len || name[at] == '\0' ||
	       (name[at] == '"' && is_json(name, len));
}

struct parent_ref parent_name_read(const char *name, size_t len, bool is_file)
{
	struct parent_ref ref = { .form = PARENT_NO_VDI };
	struct uuid_hit sr = { .len = 0 }, hit;
	bool found = uuid_scan(name, len, 0, &hit), more;
	size_t before;

	if (found && hit.is_sr) {
		sr = hit;
		found = uuid_scan(name, len, sr.at + sr.len, &hit);
	}
	if (!found)
		return ref;
	ref.form = PARENT_OTHER;
	ref.vdi = hit.uuid;
	ref.sr = sr.uuid;
	before = hit.at;
	more = uuid_scan(name, len, hit.at + hit.len, &(struct uuid_hit){ 0 });
	if (more || !cut_lv_prefix(name, &before, hit.len == UUID_MAPPER_LEN) ||
	    (is_file && !ends(name, len, hit.at + hit.len)))
		return ref;
	if (sr.len == 0) {
		if (is_file ? before == 0 || is(name, before, "./")
			    : is_dir_of_vhd(name, before))
			ref.form = PARENT_IN_DIR;
		return ref;
	}
	/* The VG's name, and one character, lie between the two. */
	if (before != sr.at + sr.len + 1 ||
	    (sr.len == UUID_MAPPER_LEN
		     ? name[before - 1] != '-'
		     : name[before - 1] != '/' &&
			       (is_file || name[before - 1] != '\\')))
		return ref;
	before = sr.at;
	if (cut(name, &before, VG_NAME_PREFIX, sr.len == UUID_MAPPER_LEN) &&
	    (is_file ? is_dir(name, before) : is_dir_of_vhd(name, before)))
		ref.form = PARENT_IN_SR;
	return ref;
}
