// SPDX-License-Identifier: LGPL-2.1-only
#include "format/vhd_journal.h"

#include <string.h>

#include "base/bytes.h"

enum {
	HEADER_SIZE = 512,
	COUNT_AT = 36,
	FIRST_AT = 48,
	ENTRY_SIZE = 32,
	ENTRY_CHECKSUM_AT = 24,
};

#define ENTRY_COOKIE 0xaaaa12344321aaaaull

bool vhd_journal_begin(const uint8_t *bytes, size_t len,
		       struct vhd_journal_walk *walk)
{
	uint64_t first;

	if (len < HEADER_SIZE || memcmp(bytes, "vjournal", 8) != 0)
		return false;
	first = get_be64(bytes + FIRST_AT);
	if (first < HEADER_SIZE || first > len)
		return false;
	*walk = (struct vhd_journal_walk){
		.bytes = bytes,
		.len = len,
		.at = (size_t)first,
		.left = get_be32(bytes + COUNT_AT),
	};
	return walk->left > 0;
}

bool vhd_journal_next(struct vhd_journal_walk *walk,
		      struct vhd_journal_entry *entry)
{
	const uint8_t *p = walk->bytes + walk->at;
	size_t room = walk->len - walk->at;

	if (walk->left == 0 || room < ENTRY_SIZE || get_be64(p) != ENTRY_COOKIE)
		return false;
	*entry = (struct vhd_journal_entry){
		.type = get_be32(p + 8),
		.size = get_be32(p + 12),
		.vhd_offset = get_be64(p + 16),
		.checksum_at = walk->at + ENTRY_CHECKSUM_AT,
		.data_at = walk->at + ENTRY_SIZE,
	};
	if (entry->size > room - ENTRY_SIZE)
		return false;
	walk->at = entry->data_at + entry->size;
	walk->left--;
	return true;
}

static uint32_t sum(const uint8_t *bytes, size_t len)
{
	uint32_t total = 0;

	for (size_t i = 0; i < len; i++)
		total += bytes[i];
	return total;
}

void vhd_journal_put(uint8_t *bytes, const struct vhd_journal_entry *entry,
		     const uint8_t *data)
{
	uint8_t *checksum = bytes + entry->checksum_at;
	uint8_t *old = bytes + entry->data_at;
	uint32_t total = ~get_be32(checksum);

	total += sum(data, entry->size) - sum(old, entry->size);
	put_be32(checksum, ~total);
	memcpy(old, data, entry->size);
}
