// SPDX-License-Identifier: LGPL-2.1-only
#include "lvm_shapes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../audit/bytes.h"

#define SLOT_0	 40
#define SLOT_LEN 24
#define IGNORED	 1

static uint64_t sectors_of(uint64_t bytes)
{
	return (bytes + SECTOR - 1) / SECTOR;
}

void shape_sector(struct edit *e, unsigned sector)
{
	static const uint8_t zero[SECTOR];

	edit_write(e, (uint64_t)e->label_sector * SECTOR, zero, SECTOR);
	e->label_sector = sector;
	edit_write_label(e);
}

void shape_noextension(struct edit *e)
{
	memset(e->label + e->extension_at, 0, SECTOR - e->extension_at);
	edit_write_label(e);
}

void shape_nomda(struct edit *e)
{
	unsigned at = e->extension_at - 16 * (e->mda_count + 1);

	memset(e->label + at, 0, SECTOR - at);
	edit_write_label(e);
}

void shape_orphan(struct edit *e)
{
	for (unsigned i = 0; i < e->mda_count; i++) {
		memset(e->mdas[i].header + SLOT_0, 0, 2 * SLOT_LEN);
		edit_write_header(e, i);
	}
}

void shape_ignore(struct edit *e, unsigned mda)
{
	uint8_t *flags = e->mdas[mda].header + SLOT_0 + 20;

	set_le32(flags, le32(flags) | IGNORED);
	edit_write_header(e, mda);
}

void shape_older(struct edit *e, unsigned mda)
{
	size_t size;
	char *text = edit_get_text(e, mda, &size), *seqno, *other;
	unsigned long long n;

	seqno = strstr(text, "\nseqno = ");
	if (!seqno)
		die("no seqno");
	n = strtoull(seqno + 9, &other, 10);
	/* Of the same length, which the text then keeps. */
	if (n % 10 == 0)
		die("seqno %llu has no predecessor of its length", n);
	other[-1]--;
	edit_put_text(e, mda, edit_text_at(e, mda), text, size);
	free(text);
}

/* The area's size stands in its header and in the label. */
static void set_area_size(struct edit *e, unsigned mda, uint64_t size)
{
	unsigned at = e->extension_at - 16 * (e->mda_count + 1 - mda);

	e->mdas[mda].size = size;
	set_le64(e->mdas[mda].header + 32, size);
	set_le64(e->label + at + 8, size);
}

void shape_ring(struct edit *e, uint64_t spare)
{
	for (unsigned i = 0; i < e->mda_count; i++) {
		size_t size;
		uint64_t need;
		char *text;

		if (!edit_text_at(e, i))
			continue;
		text = edit_get_text(e, i, &size);
		need = MDA_HEADER + sectors_of(size) * SECTOR;
		set_area_size(e, i, need + spare * SECTOR);
		edit_put_text(e, i, MDA_HEADER, text, size);
		free(text);
	}
	edit_write_label(e);
}

void shape_wrap(struct edit *e, uint64_t sectors)
{
	for (unsigned i = 0; i < e->mda_count; i++) {
		size_t size;
		char *text;

		if (!edit_text_at(e, i))
			continue;
		text = edit_get_text(e, i, &size);
		if (sectors_of(size) > sectors)
			edit_put_text(e, i, e->mdas[i].size - sectors * SECTOR,
				      text, size);
		free(text);
	}
}

void shape_move(struct edit *e, uint64_t random)
{
	for (unsigned i = 0; i < e->mda_count; i++) {
		uint64_t room = (e->mdas[i].size - MDA_HEADER) / SECTOR;
		size_t size;
		char *text;

		if (!edit_text_at(e, i))
			continue;
		text = edit_get_text(e, i, &size);
		edit_put_text(e, i, MDA_HEADER + random % room * SECTOR, text,
			      size);
		free(text);
	}
}

static bool in_text(const struct edit *e, unsigned mda, uint64_t at)
{
	uint64_t from = edit_text_at(e, mda);
	uint64_t len = sectors_of(edit_text_size(e, mda)) * SECTOR;
	uint64_t ring = e->mdas[mda].size - MDA_HEADER;
	uint64_t distance =
		(at - MDA_HEADER + ring - (from - MDA_HEADER)) % ring;

	return from && distance < len;
}

void shape_noise(struct edit *e, uint64_t random)
{
	uint8_t sector[SECTOR];

	for (unsigned i = 0; i < e->mda_count; i++) {
		uint64_t end = e->mdas[i].size;

		/* A megabyte of it is enough. */
		if (end > 1 << 20)
			end = 1 << 20;
		for (uint64_t at = MDA_HEADER; at < end; at += SECTOR) {
			for (size_t b = 0; b < SECTOR; b += 8) {
				random = random * 6364136223846793005u +
					 1442695040888963407u;
				set_le64(sector + b, random);
			}
			if (!in_text(e, i, at))
				edit_write(e, e->mdas[i].at + at, sector,
					   SECTOR);
		}
	}
}

void shape_precommit(struct edit *e)
{
	for (unsigned i = 0; i < e->mda_count; i++) {
		uint8_t *slot = e->mdas[i].header + SLOT_0;

		if (!edit_text_at(e, i))
			continue;
		memcpy(slot + SLOT_LEN, slot, SLOT_LEN);
		set_le64(slot + SLOT_LEN, MDA_HEADER);
		slot[SLOT_LEN + 16] ^= 0x55;
		edit_write_header(e, i);
	}
}
