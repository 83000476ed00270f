// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "format/resign_journal.h"

enum {
	TYPE_AT = 0,
	LENGTH_AT = 4,
	OFFSET_AT = 8,
	SIZE_AT = 16,
	DETAIL_AT = 20, /* TEXT: crc; WRITE: phase */
	RECORD_HEADER = 24,
	PATCH_HEADER = 8,
};

/* Equal bytes between two changes that cost less than another patch. */
#define PATCH_GAP PATCH_HEADER

static void begin_record(struct buffer *body, enum journal_record_type type,
			 uint64_t offset, uint32_t len, uint32_t detail)
{
	buffer_add_le32(body, type);
	buffer_add_le32(body, 0); /* the length, when it is known */
	buffer_add_le64(body, offset);
	buffer_add_le32(body, len);
	buffer_add_le32(body, detail);
}

static void end_record(struct buffer *body, size_t begin)
{
	put_le32(body->data + begin + LENGTH_AT, (uint32_t)(body->len - begin));
}

void journal_add_text(struct buffer *body, uint64_t offset, const uint8_t *text,
		      uint32_t len)
{
	size_t begin = body->len;

	begin_record(body, JOURNAL_TEXT, offset, len,
		     lvm_crc(LVM_CRC_INITIAL, text, len));
	end_record(body, begin);
}

/* Finds the next run of changed bytes from *at on. */
static bool next_change(const uint8_t *before, const uint8_t *after,
			uint32_t len, uint32_t *at, uint32_t *run)
{
	uint32_t from = *at, last;

	/* Most of what is written is as it was. */
	while (len - from >= JOURNAL_SECTOR &&
	       memcmp(before + from, after + from, JOURNAL_SECTOR) == 0)
		from += JOURNAL_SECTOR;
	while (from < len && before[from] == after[from])
		from++;
	if (from == len)
		return false;
	last = from;
	for (uint32_t i = from + 1; i < len && i - last <= PATCH_GAP; i++) {
		if (before[i] != after[i])
			last = i;
	}
	*at = from;
	*run = last - from + 1;
	return true;
}

void journal_add_write(struct buffer *body, uint64_t offset, uint32_t phase,
		       const uint8_t *before, const uint8_t *after,
		       uint32_t len)
{
	size_t begin = body->len, count_at;
	uint32_t count = 0, run;

	begin_record(body, JOURNAL_WRITE, offset, len, phase);
	for (uint32_t i = 0; i < len; i += JOURNAL_SECTOR) {
		uint32_t crc =
			lvm_crc(LVM_CRC_INITIAL, before + i, JOURNAL_SECTOR);

		buffer_add_le32(body, crc);
		if (memcmp(before + i, after + i, JOURNAL_SECTOR) != 0)
			crc = lvm_crc(LVM_CRC_INITIAL, after + i,
				      JOURNAL_SECTOR);
		buffer_add_le32(body, crc);
	}
	count_at = body->len;
	buffer_add_le32(body, 0);
	for (uint32_t at = 0; next_change(before, after, len, &at, &run);
	     at += run) {
		buffer_add_le32(body, at);
		buffer_add_le32(body, run);
		buffer_add(body, after + at, run);
		count++;
	}
	put_le32(body->data + count_at, count);
	end_record(body, begin);
}

/* Whether `count` patches fill `room` bytes and lie in a write of `len`. */
static bool check_patches(const uint8_t *patches, size_t room, uint32_t count,
			  uint32_t len)
{
	while (count--) {
		uint32_t at, run;

		if (room < PATCH_HEADER)
			return false;
		at = get_le32(patches);
		run = get_le32(patches + 4);
		if (at > len || run > len - at || run > room - PATCH_HEADER)
			return false;
		patches += PATCH_HEADER + run;
		room -= PATCH_HEADER + run;
	}
	return room == 0;
}

static bool parse_write(const uint8_t *p, size_t len,
			struct journal_record *record)
{
	size_t crcs;

	if (record->len == 0 || record->len % JOURNAL_SECTOR ||
	    record->offset % JOURNAL_SECTOR)
		return false;
	crcs = (size_t)record->len / JOURNAL_SECTOR * 8;
	if (len < crcs + 4)
		return false;
	record->sector_crcs = p;
	record->patch_count = get_le32(p + crcs);
	record->patches = p + crcs + 4;
	return check_patches(record->patches, len - crcs - 4,
			     record->patch_count, record->len);
}

bool journal_next(const uint8_t *body, size_t len, size_t *at,
		  struct journal_record *out)
{
	const uint8_t *p = body + *at;
	struct journal_record record = { 0 };
	size_t left = len - *at;
	uint32_t type, size, detail;

	if (left < RECORD_HEADER)
		return false;
	type = get_le32(p + TYPE_AT);
	size = get_le32(p + LENGTH_AT);
	if (size < RECORD_HEADER || size > left)
		return false;
	record.offset = get_le64(p + OFFSET_AT);
	record.len = get_le32(p + SIZE_AT);
	detail = get_le32(p + DETAIL_AT);
	if (type == JOURNAL_TEXT) {
		record.type = JOURNAL_TEXT;
		record.crc = detail;
		if (size != RECORD_HEADER)
			return false;
	} else if (type == JOURNAL_WRITE) {
		record.type = JOURNAL_WRITE;
		record.phase = detail;
		if (!parse_write(p + RECORD_HEADER, size - RECORD_HEADER,
				 &record))
			return false;
	} else {
		return false;
	}
	*at += size;
	*out = record;
	return true;
}

enum journal_content journal_compare(const struct journal_record *record,
				     const uint8_t *bytes)
{
	bool some_before = false, some_after = false;

	for (uint32_t i = 0; i < record->len / JOURNAL_SECTOR; i++) {
		uint32_t before = get_le32(record->sector_crcs + 8 * i);
		uint32_t after = get_le32(record->sector_crcs + 8 * i + 4);
		uint32_t crc;

		if (before == after)
			continue;
		crc = lvm_crc(LVM_CRC_INITIAL,
			      bytes + (size_t)i * JOURNAL_SECTOR,
			      JOURNAL_SECTOR);
		if (crc != before && crc != after)
			return JOURNAL_OTHER;
		some_before = some_before || crc == before;
		some_after = some_after || crc == after;
	}
	if (some_before)
		return some_after ? JOURNAL_MIXED : JOURNAL_BEFORE;
	return JOURNAL_AFTER;
}

void journal_patch(const struct journal_record *record, uint8_t *bytes)
{
	const uint8_t *p = record->patches;

	for (uint32_t i = 0; i < record->patch_count; i++) {
		uint32_t at = get_le32(p), run = get_le32(p + 4);

		memcpy(bytes + at, p + PATCH_HEADER, run);
		p += PATCH_HEADER + run;
	}
}
