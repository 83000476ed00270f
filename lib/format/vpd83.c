// SPDX-License-Identifier: LGPL-2.1-only
#include "format/vpd83.h"

#include <string.h>

#include "base/bytes.h"

#define HEADER_LEN	  4 /* of a VPD page, and of a designator */
#define INQUIRY_NAMES_END 32

enum code_set {
	BINARY = 1,
	ASCII = 2,
};

enum designator_type {
	VENDOR_SPECIFIC = 0,
	T10_VENDOR = 1,
	EUI64 = 2,
	NAA = 3,
};

#define ANY_NAA (-1)

/* Best first. */
static const struct preference {
	enum designator_type type;
	int naa;
} preferences[] = {
	{ NAA, 6 },
	{ NAA, 5 },
	{ NAA, ANY_NAA },
	{ EUI64, ANY_NAA },
	{ T10_VENDOR, ANY_NAA },
	{ VENDOR_SPECIFIC, ANY_NAA },
};

static const enum code_set code_sets[] = { BINARY, ASCII };

/* An id while it is put together, before white space is looked at. */
struct raw_id {
	uint8_t bytes[SCSI_ID_SIZE];
	size_t len;
};

static void add(struct raw_id *raw, const void *bytes, size_t len)
{
	memcpy(raw->bytes + raw->len, bytes, len);
	raw->len += len;
}

static void add_hex(struct raw_id *raw, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		add(raw, &"0123456789abcdef"[bytes[i] >> 4], 1);
		add(raw, &"0123456789abcdef"[bytes[i] & 15], 1);
	}
}

/* What SM's str.strip() and \s take for white space within ASCII. */
static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

/* Up to the first NUL, as it is printed; white space to `_`, none at the end.
 * The id never starts with any, for a digit or `S` comes first. */
static void to_text(const struct raw_id *raw, char *id)
{
	size_t n = 0;
	bool gap = false;

	for (size_t i = 0; i < raw->len && raw->bytes[i]; i++) {
		if (is_space(raw->bytes[i])) {
			gap = true;
			continue;
		}
		if (gap)
			id[n++] = '_';
		gap = false;
		id[n++] = (char)raw->bytes[i];
	}
	id[n] = '\0';
}

bool scsi_inquiry_is_disk(const uint8_t *data, size_t len)
{
	/* peripheral qualifier 0 (connected), device type 0 (block) */
	return len > 0 && data[0] == 0;
}

bool scsi_names_from_inquiry(const uint8_t *data, size_t len,
			     struct scsi_names *names)
{
	if (len < INQUIRY_NAMES_END ||
	    memchr(data + 8, '\0', INQUIRY_NAMES_END - 8))
		return false;
	memcpy(names->vendor, data + 8, sizeof(names->vendor));
	memcpy(names->model, data + 16, sizeof(names->model));
	return true;
}

static void add_names(struct raw_id *raw, const struct scsi_names *names)
{
	add(raw, names->vendor, sizeof(names->vendor));
	add(raw, names->model, sizeof(names->model));
}

/* Whether the designator at `d`, whole within its page, is of this kind. */
static bool matches(const uint8_t *d, const struct preference *preference,
		    enum code_set code_set)
{
	if ((d[1] >> 4 & 3) != 0) /* of a port or the target, not of the LUN */
		return false;
	if ((d[1] & 15) != (int)preference->type ||
	    (d[0] & 15) != (int)code_set)
		return false;
	if (d[3] == 0) /* identifies nothing */
		return false;
	return preference->naa == ANY_NAA ||
	       d[HEADER_LEN] >> 4 == preference->naa;
}

static enum scsi_id_result take(const uint8_t *d,
				const struct preference *preference,
				enum code_set code_set,
				const struct scsi_names *names, char *id)
{
	struct raw_id raw = { .len = 0 };
	bool with_names = preference->type == VENDOR_SPECIFIC;
	size_t need = 1 + (code_set == BINARY ? 2u * d[3] : d[3]) +
		      (with_names ? sizeof(*names) : 0);

	if (need >= SCSI_ID_SIZE)
		return SCSI_ID_NONE;
	if (with_names && !names)
		return SCSI_ID_NEEDS_NAMES;
	add(&raw, &"0123"[preference->type], 1);
	if (with_names)
		add_names(&raw, names);
	if (code_set == BINARY)
		add_hex(&raw, d + HEADER_LEN, d[3]);
	else
		add(&raw, d + HEADER_LEN, d[3]);
	to_text(&raw, id);
	return SCSI_ID_FOUND;
}

/* Designators of one kind; those that the page cuts off are not there. */
static enum scsi_id_result search(const uint8_t *page, size_t len,
				  const struct preference *preference,
				  enum code_set code_set,
				  const struct scsi_names *names, char *id)
{
	for (size_t at = HEADER_LEN; at + HEADER_LEN <= len;) {
		const uint8_t *d = page + at;

		at += HEADER_LEN + (size_t)d[3];
		if (at > len)
			break;
		if (matches(d, preference, code_set)) {
			enum scsi_id_result result =
				take(d, preference, code_set, names, id);

			if (result != SCSI_ID_NONE)
				return result;
		}
	}
	return SCSI_ID_NONE;
}

/* Old EMC Symmetrix answer as SCSI-2 has it: no designators, 16 bytes of a
 * world wide name. Byte 6, reserved in SPC, is then part of EMC's OUI. */
static enum scsi_id_result from_scsi2(const uint8_t *page, size_t len, char *id)
{
	struct raw_id raw = { .len = 0 };

	if (2 * (len - HEADER_LEN) + 1 >= SCSI_ID_SIZE)
		return SCSI_ID_NONE;
	add(&raw, "3", 1);
	add_hex(&raw, page + HEADER_LEN, len - HEADER_LEN);
	to_text(&raw, id);
	return SCSI_ID_FOUND;
}

enum scsi_id_result scsi_id_from_page83(const uint8_t *page, size_t len,
					const struct scsi_names *names,
					char *id)
{
	if (len < HEADER_LEN || page[1] != 0x83)
		return SCSI_ID_NONE;
	if (len > get_be16(page + 2) + (size_t)HEADER_LEN)
		len = get_be16(page + 2) + (size_t)HEADER_LEN;
	if (len > 6 && page[6] != 0)
		return from_scsi2(page, len, id);

	for (size_t p = 0; p < sizeof(preferences) / sizeof(*preferences);
	     p++) {
		for (size_t c = 0; c < sizeof(code_sets) / sizeof(*code_sets);
		     c++) {
			enum scsi_id_result result =
				search(page, len, &preferences[p], code_sets[c],
				       names, id);

			if (result != SCSI_ID_NONE)
				return result;
		}
	}
	return SCSI_ID_NONE;
}

enum scsi_id_result scsi_id_from_page80(const uint8_t *page, size_t len,
					const struct scsi_names *names,
					char *id)
{
	struct raw_id raw = { .len = 0 };

	if (len < HEADER_LEN || page[1] != 0x80 || page[3] == 0 ||
	    len < HEADER_LEN + (size_t)page[3])
		return SCSI_ID_NONE;
	if (1 + sizeof(*names) + page[3] >= SCSI_ID_SIZE)
		return SCSI_ID_NONE;
	if (!names)
		return SCSI_ID_NEEDS_NAMES;
	add(&raw, "S", 1);
	add_names(&raw, names);
	add(&raw, page + HEADER_LEN, page[3]);
	to_text(&raw, id);
	return SCSI_ID_FOUND;
}
