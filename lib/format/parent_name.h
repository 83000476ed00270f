// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The names by which a volume calls the one that it is based on. A VHD has
 * several of one name, each in an encoding of its own (vhd.h), a QCOW2 image
 * has one (qcow2.h). All keep their length when uuids in them change.
 */
#ifndef FORMAT_PARENT_NAME_H
#define FORMAT_PARENT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"

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

/* Where a name leads. */
enum parent_form {
	PARENT_NO_VDI, /* it holds no uuid of a VDI */
	PARENT_OTHER,  /* it does, but not as SM or qemu write an LV's name */
	PARENT_IN_DIR, /* to the LV of a VDI beside the volume's own */
	PARENT_IN_SR,  /* to that of a VDI in the VG of an SR */
};

struct parent_ref {
	enum parent_form form;
	struct uuid vdi; /* but for PARENT_NO_VDI */
	struct uuid sr;	 /* PARENT_IN_SR */
};

/* Reads `len` characters of ASCII. A VHD's: [PATH/]LV or [PATH/]VG-LV as
 * device-mapper doubles the dashes, PATH/ being whatever ends in a slash of
 * either kind. A QCOW2 image's (`is_file`): [./]LV, or DIR/VG/LV, or
 * device-mapper's, where DIR is /dev, /dev/mapper or .., with a protocol of local
 * files before it, or inside json: text. */
struct parent_ref parent_name_read(const char *name, size_t len, bool is_file);

#endif
