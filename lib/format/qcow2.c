// SPDX-License-Identifier: LGPL-2.1-only
#include "format/qcow2.h"

#include <string.h>

#include "base/bytes.h"
#include "format/uuid_scan.h"

enum {
	VERSION_AT = 4,
	BACKING_OFFSET_AT = 8,
	BACKING_SIZE_AT = 16,
	CLUSTER_BITS_AT = 20,
	SIZE_AT = 24,
	INCOMPATIBLE_AT = 72,
	HEADER_LENGTH_AT = 100,
	HEADER_LENGTH_2 = 72,
	HEADER_LENGTH_3 = 104, /* at least */
};

/* Incompatible features: dirty, corrupt, external data file, compression type,
 * extended L2 entries. */
#define EXTERNAL_DATA_FILE 0x4u
#define KNOWN_FEATURES	   0x1fu

#define EXTENSION_END	    0x00000000u
#define EXTENSION_DATA_FILE 0x44415441u /* "DATA": the external file's name */

bool qcow2_has_magic(const uint8_t *head)
{
	return memcmp(head, "QFI\xfb", 4) == 0;
}

/* Where header extensions begin; 0 with *why. */
static uint32_t header_length(const uint8_t *head, const char **why)
{
	uint32_t version = get_be32(head + VERSION_AT);
	uint64_t features;
	uint32_t length;

	if (version == 2)
		return HEADER_LENGTH_2;
	if (version != 3) {
		*why = "its version is neither 2 nor 3";
		return 0;
	}
	features = get_be64(head + INCOMPATIBLE_AT);
	if (features & EXTERNAL_DATA_FILE) {
		*why = "its data is in an external file";
		return 0;
	}
	if (features & ~(uint64_t)KNOWN_FEATURES) {
		*why = "it has features that are not known here";
		return 0;
	}
	length = get_be32(head + HEADER_LENGTH_AT);
	if (length < HEADER_LENGTH_3 || length % 8 || length > QCOW2_HEAD / 2) {
		*why = "the length of its header is none that it can have";
		return 0;
	}
	return length;
}

static const char *judge_extension(uint32_t type, const char *data, size_t len)
{
	struct uuid_hit hit;

	if (type == EXTENSION_DATA_FILE)
		return "its data is in an external file";
	/* None of those that are known holds one: the backing file's format,
	 * names of features, bitmaps, encryption, SM's hidden flag. */
	if (uuid_scan(data, len, 0, &hit))
		return "an extension of its header holds a uuid";
	return NULL;
}

/* The extensions between the header and `end`. `whole`: behind `end` there are
 * none. */
static bool walk_extensions(const uint8_t *head, size_t at, size_t end,
			    bool whole, const char **why)
{
	while (end - at >= 8) {
		uint32_t type = get_be32(head + at);
		uint32_t length = get_be32(head + at + 4);
		size_t room = end - at - 8;

		if (type == EXTENSION_END)
			return true;
		if (length > room || (length + 7u) / 8 * 8 > room)
			break;
		*why = judge_extension(type, (const char *)head + at + 8,
				       length);
		if (*why)
			return false;
		at += 8 + (length + 7u) / 8 * 8;
	}
	if (whole && end - at < 8)
		return true;
	*why = "its header extensions are damaged, or longer than any that are "
	       "known";
	return false;
}

bool qcow2_parse(const uint8_t *head, size_t len, uint64_t volume_size,
		 struct qcow2 *out, const char **why)
{
	uint64_t at = get_be64(head + BACKING_OFFSET_AT);
	uint32_t name_len = get_be32(head + BACKING_SIZE_AT);
	uint32_t bits = get_be32(head + CLUSTER_BITS_AT);
	struct qcow2 image = { .size = get_be64(head + SIZE_AT) };
	uint32_t length = header_length(head, why);
	size_t end = len;

	if (!length)
		return false;
	if (bits < 9 || bits > 21) {
		*why = "the size of its clusters is none that it can have";
		return false;
	}
	if (end > 1u << bits)
		end = 1u << bits;
	/* qemu takes an image without an offset for one without a parent. */
	if (at && name_len) {
		uint32_t cluster = 1u << bits;

		if (at < length || name_len > QCOW2_NAME_MAX ||
		    name_len > cluster || at > cluster - name_len ||
		    volume_size < cluster) {
			*why = "the name of its backing file lies outside its "
			       "first cluster";
			return false;
		}
		image.backing = (struct parent_name){ at, name_len, NAME_UTF8 };
		if (end > at)
			end = (size_t)at;
	}
	if (length > end) {
		*why = "its header is longer than its first cluster";
		return false;
	}
	if (!walk_extensions(head, length, end, end == at || end == 1u << bits,
			     why))
		return false;
	*out = image;
	return true;
}
