// SPDX-License-Identifier: LGPL-2.1-only
/*
 * MGT (sm libs/sm/srmetadata.py): the SR's uuid in sector 1, then records of
 * two sectors from byte 2048, a VDI's identifiers in the second of them.
 */
#include <stdlib.h>
#include <string.h>

#include "audit.h"

#define FIRST_RECORD 2048
#define RECORD	     1024

uint64_t mgt_in_use(const struct side *side, const struct lv *lv)
{
	char sector[SECTOR + 1] = { 0 };
	uint64_t len;

	lv_read(side, lv, 0, sector, SECTOR);
	if (memcmp(sector, "XSSM:", 5) != 0)
		return 0;
	sector[15] = 0;
	len = strtoull(sector + 5, NULL, 10);
	return len < lv->size ? len : lv->size;
}

static void list_element(struct audit *a, const struct lv *old,
			 const struct lv *new, uint64_t at, uint64_t end,
			 const char *tag)
{
	char text[SECTOR], *found;
	size_t len = end - at < SECTOR ? (size_t)(end - at) : SECTOR;
	size_t tag_len = strlen(tag);
	struct id16 id;

	lv_read(&a->old, old, at, text, len);
	found = memmem(text, len, tag, tag_len);
	if (!found)
		return;
	found += tag_len;
	while (found < text + len && *found == ' ')
		found++;
	if (uuid_here(text, len, (size_t)(found - text), &id) == UUID_PLAIN)
		add_site(&a->sites, old, new, at + (uint64_t)(found - text),
			 UUID_PLAIN, ASCII, tag);
}

void list_mgt(struct audit *a, const struct lv *old, const struct lv *new)
{
	uint64_t len = mgt_in_use(&a->old, old);

	if (len > SECTOR)
		list_element(a, old, new, SECTOR, len, "<uuid>");
	for (uint64_t at = FIRST_RECORD + SECTOR; at < len; at += RECORD) {
		list_element(a, old, new, at, len, "<uuid>");
		list_element(a, old, new, at, len, "<snapshot_of>");
	}
}

bool mgt_find(const struct side *side, const struct id16 *vdi,
	      struct mgt_record *out)
{
	const struct lv *lv = find_lv(side, "MGT");
	uint64_t len = lv ? mgt_in_use(side, lv) : 0;

	for (uint64_t at = FIRST_RECORD + SECTOR; at < len; at += RECORD) {
		char text[SECTOR + 1] = { 0 }, *uuid, *deleted;
		struct id16 id;

		lv_read(side, lv, at, text, SECTOR);
		uuid = strstr(text, "<uuid>");
		deleted = strstr(text, "<deleted>0");
		if (!uuid || !deleted ||
		    !uuid_here(text, SECTOR, (size_t)(uuid + 6 - text), &id) ||
		    memcmp(&id, vdi, sizeof(id)) != 0)
			continue;
		*out = (struct mgt_record){
			.snapshot = strstr(text, "<is_a_snapshot>1"),
			.managed = strstr(text, "<managed>1"),
			.deleted_at = at + (uint64_t)(deleted + 9 - text),
		};
		return true;
	}
	return false;
}

void check_mgt_sr(const struct audit *a)
{
	const struct lv *lv = find_lv(&a->new, "MGT");
	char sector[SECTOR + 1] = { 0 }, *found;
	struct id16 id;

	if (!lv || mgt_in_use(&a->new, lv) <= SECTOR)
		return;
	lv_read(&a->new, lv, SECTOR, sector, SECTOR);
	found = strstr(sector, "<uuid>");
	if (found &&
	    uuid_here(sector, SECTOR, (size_t)(found + 6 - sector), &id) &&
	    memcmp(&id, &a->new_sr, sizeof(id)) != 0)
		problem("MGT: the SR's uuid is %.36s", found + 6);
}
