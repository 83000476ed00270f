// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Changed-block logs, journals, and payload that tries to look like metadata.
 */
#include <stdlib.h>
#include <string.h>

#include "../audit/bytes.h"
#include "gen.h"

#define SECTOR 512
#define HEADER 1024

/* A few sectors of it, with identifiers in them: nobody may touch those. */
void write_payload(const struct sr *sr, const struct glv *lv, uint64_t at,
		   uint64_t len)
{
	for (uint64_t n = between(1, 4); n && len >= SECTOR; n--) {
		char text[SECTOR] = { 0 }, room[UUID_LEN + 1];
		const char *vdi = room;

		make_uuid(room);
		if (sr->vdi_count)
			vdi = sr->vdis[below(sr->vdi_count)].uuid;
		snprintf(text, sizeof(text),
			 "payload of %s: VG_XenStorage-%s/VHD-%s "
			 "<uuid>%s</uuid> %llx",
			 lv->name, sr->uuid, vdi, vdi,
			 (unsigned long long)rng_next());
		lv_write(sr, lv, at + below(len / SECTOR) * SECTOR, text,
			 sizeof(text));
	}
}

static void raw_uuid(const char *text, uint8_t *to)
{
	for (int n = 0; *text; text++) {
		char digits[3] = { text[0], text[1], 0 };

		if (*text == '-')
			continue;
		to[n++] = (uint8_t)strtoul(digits, NULL, 16);
		text++;
	}
}

/* blktap include/cbt-util.h */
void write_cbtlog(const struct sr *sr, const struct glv *lv)
{
	uint8_t bytes[1024] = { 0 };

	for (int i = 0; i < 2; i++) {
		if (lv->links[i][0])
			raw_uuid(lv->links[i], bytes + 16 * i);
	}
	bytes[32] = chance(50);
	set_le64(bytes + 40, between(1, 64) << 21);
	/* The bitmap, which may hold a VDI's 16 bytes by chance. */
	for (size_t i = 48; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)rng_next();
	if (sr->vdi_count)
		raw_uuid(sr->vdis[0].uuid, bytes + 512);
	lv_write(sr, lv, 0, bytes, sizeof(bytes));
}

/* sm libs/sm/journaler.py: one block, padded with spaces. */
void write_value(const struct sr *sr, const struct glv *lv)
{
	char block[SECTOR + 1], text[160];
	int n = snprintf(text, sizeof(text), "%zu %s", strlen(lv->value),
			 lv->value);

	memset(block, ' ', sizeof(block));
	memcpy(block, text, (size_t)n);
	lv_write(sr, lv, 0, block, SECTOR);
	/* Left over behind it. */
	if (chance(30))
		write_payload(sr, lv, SECTOR, 2 * SECTOR);
}

/* blktap vhd/lib/libvhd-journal.c: entries of 32 bytes, each before what it
 * saved of the VHD. */
static uint64_t add_entry(const struct sr *sr, const struct glv *lv,
			  uint64_t at, uint32_t type, uint64_t vhd_at,
			  const uint8_t *bytes, uint32_t len)
{
	uint8_t entry[32] = { 0 };
	uint32_t sum = 0;

	set_be64(entry, 0xaaaa12344321aaaau);
	set_be32(entry + 8, type);
	set_be32(entry + 12, len);
	set_be64(entry + 16, vhd_at);
	for (size_t i = 0; i < sizeof(entry); i++)
		sum += entry[i];
	for (size_t i = 0; i < len; i++)
		sum += bytes[i];
	set_be32(entry + 24, ~sum);
	lv_write(sr, lv, at, entry, sizeof(entry));
	lv_write(sr, lv, at + sizeof(entry), bytes, len);
	return at + sizeof(entry) + len;
}

void write_jvhd(const struct sr *sr, const struct glv *lv)
{
	struct locator locators[MOST_LOCATORS];
	uint8_t journal[SECTOR] = { 0 }, header[HEADER], footer[SECTOR] = { 0 };
	uint8_t bat[SECTOR];
	uint64_t at = SECTOR;
	uint32_t entries = 0;
	unsigned count = make_vhd_header(sr, &sr->vdis[lv->vdi], 1536, 8, 2048,
					 locators, header);

	memcpy(footer, "conectix", 8);
	memset(bat, 0xff, sizeof(bat));
	at = add_entry(sr, lv, at, 1, 1 << 20, footer, SECTOR);
	at = add_entry(sr, lv, at, 2, 0, footer, SECTOR);
	at = add_entry(sr, lv, at, 3, SECTOR, header, HEADER);
	entries = 4 + count;
	for (unsigned i = 0; i < count; i++)
		at = add_entry(sr, lv, at, 4, locators[i].at, locators[i].bytes,
			       SECTOR);
	at = add_entry(sr, lv, at, 5, 1536, bat, SECTOR);

	memcpy(journal, "vjournal", 8);
	set_be64(journal + 24, 1 << 20);
	set_be32(journal + 36, entries);
	set_be64(journal + 40, at);
	set_be64(journal + 48, SECTOR);
	set_be64(journal + 56, at);
	lv_write(sr, lv, 0, journal, sizeof(journal));
}
