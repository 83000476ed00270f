// SPDX-License-Identifier: LGPL-2.1-only
/*
 * libvhd's journals of a resize (blktap vhd/lib/libvhd-journal.c): copies of a
 * VHD's structures, which a revert puts back, names of its parent and all.
 *
 * A header of 512 bytes ("vjournal"; at 36 the count of metadata entries, at
 * 48 where they begin), then entries: 32 bytes {u64 cookie, u32 type, u32 size,
 * u64 offset in the VHD, u32 checksum} and `size` bytes. The checksum is the
 * one's complement of the sum of all those bytes, itself as 0.
 */
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "bytes.h"

#define COOKIE	     0xaaaa12344321aaaau
#define ENTRY	     32
#define SUM_AT	     24
#define HEADER	     1024
#define TYPE_HEADER  3
#define TYPE_LOCATOR 4

struct entry {
	uint8_t head[ENTRY];
	uint32_t type, size;
	uint64_t vhd_at;
	uint64_t data_at; /* in the LV */
};

static bool read_entry(const struct side *side, const struct lv *lv,
		       uint64_t at, struct entry *e)
{
	if (lv->size < ENTRY || at > lv->size - ENTRY)
		return false;
	lv_read(side, lv, at, e->head, ENTRY);
	e->type = be32(e->head + 8);
	e->size = be32(e->head + 12);
	e->vhd_at = be64(e->head + 16);
	e->data_at = at + ENTRY;
	return be64(e->head) == COOKIE && e->size <= lv->size - e->data_at;
}

static bool begin(const struct side *side, const struct lv *lv, uint32_t *count,
		  uint64_t *at)
{
	uint8_t sector[SECTOR];

	lv_read(side, lv, 0, sector, sizeof(sector));
	*count = be32(sector + 36);
	*at = be64(sector + 48);
	return memcmp(sector, "vjournal", 8) == 0;
}

/* The site of a copied locator: which one it is, the copied header says. */
static void list_locator(struct audit *a, const struct lv *old,
			 const struct lv *new, const struct entry *e,
			 const uint8_t *header)
{
	for (int i = 0; i < VHD_LOCATORS; i++) {
		enum coding coding;
		uint64_t at;
		size_t len;

		if (vhd_locator(header, i, &at, &len, &coding) &&
		    at == e->vhd_at && len <= e->size)
			add_site(&a->sites, old, new, e->data_at, len, coding,
				 "journalled locator");
	}
}

void list_jvhd(struct audit *a, const struct lv *old, const struct lv *new)
{
	uint8_t header[HEADER] = { 0 };
	struct entry e;
	uint32_t count;
	uint64_t at;

	if (!begin(&a->old, old, &count, &at))
		return;
	for (; count && read_entry(&a->old, old, at, &e);
	     count--, at = e.data_at + e.size) {
		if (e.type == TYPE_HEADER && e.size == HEADER) {
			lv_read(&a->old, old, e.data_at, header, HEADER);
			add_site(&a->sites, old, new, e.data_at + 64, 512,
				 UTF16BE, "journalled parent name");
			add_site(&a->headers, old, new, e.data_at, HEADER,
				 BINARY, "journalled header");
		} else if (e.type == TYPE_LOCATOR) {
			list_locator(a, old, new, &e, header);
		}
	}
}

static uint32_t sum_of(const struct side *side, const struct lv *lv,
		       const struct entry *e)
{
	uint8_t *data = get_memory(e->size);
	uint32_t sum = 0;

	lv_read(side, lv, e->data_at, data, e->size);
	for (size_t i = 0; i < ENTRY; i++) {
		if (i < SUM_AT || i >= SUM_AT + 4)
			sum += e->head[i];
	}
	for (size_t i = 0; i < e->size; i++)
		sum += data[i];
	free(data);
	return ~sum;
}

void check_jvhd(const struct audit *a, const struct lv *old,
		const struct lv *new)
{
	struct entry was, is;
	uint32_t count;
	uint64_t at;

	if (!begin(&a->old, old, &count, &at))
		return;
	for (; count && read_entry(&a->old, old, at, &was);
	     count--, at = was.data_at + was.size) {
		if (!read_entry(&a->new, new, at, &is))
			continue; /* will be seen as bytes that differ */
		if (be32(was.head + SUM_AT) != sum_of(&a->old, old, &was))
			continue;
		if (be32(is.head + SUM_AT) != sum_of(&a->new, new, &is))
			problem("%s: the checksum of the entry at byte %llu "
				"is wrong",
				new->name, (unsigned long long)at);
		/* Right, and so it may differ. */
		expect_lv_any(&a->old, old, at + SUM_AT, 4);
		scan_lv(&a->new, new, is.data_at, is.size);
	}
}
