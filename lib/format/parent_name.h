// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The names by which a volume calls the one that it is based on. A VHD has
 * several of one name, each in an encoding of its own (vhd.h), a QCOW2 image
 * has one (qcow2.h). All keep their length when uuids in them change.
 */
#ifndef FORMAT_PARENT_NAME_H
#define FORMAT_PARENT_NAME_H

#include <stddef.h>
#include <stdint.h>

enum name_encoding {
	NAME_UTF8,
	NAME_UTF16LE,
	NAME_UTF16BE,
	NAME_UNKNOWN, /* perhaps no name at all */
};

/* The longest that is looked at: SM's longest has 206 bytes. */
#define PARENT_NAME_MAX 4096

struct parent_name {
	uint64_t at;  /* bytes from the volume's start */
	uint32_t len; /* bytes, 1 to PARENT_NAME_MAX */
	enum name_encoding encoding;
};

/* A name as ASCII and back. parent_name_get returns the count of characters
 * before a NUL or the end, at most `max`; characters that are not ASCII become
 * '?'. parent_name_put writes those of the `count` characters that differ from
 * what is there. */
size_t parent_name_get(const uint8_t *bytes, size_t len,
		       enum name_encoding encoding, char *ascii, size_t max);
/* The same without an end at a NUL, which becomes '?' as well: for bytes of
 * which nobody knows what they are. */
size_t parent_name_get_all(const uint8_t *bytes, size_t len,
			   enum name_encoding encoding, char *ascii,
			   size_t max);
void parent_name_put(uint8_t *bytes, enum name_encoding encoding,
		     const char *before, const char *after, size_t count);

#endif
