// SPDX-License-Identifier: LGPL-2.1-only
/*
 * VHDs as libvhd writes them (blktap include/vhd.h), with little in them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../audit/bytes.h"
#include "gen.h"

#define SECTOR	   512
#define HEADER	   1024
#define BLOCK	   (2u << 20)
#define NAME_AT	   64
#define NAME_LEN   512
#define LOCATOR_AT 576

enum { FIXED = 2, DYNAMIC = 3, DIFFERENCING = 4 };

static void random_bytes(uint8_t *to, size_t len)
{
	while (len--)
		*to++ = (uint8_t)rng_next();
}

static void make_footer(uint8_t *footer, uint32_t type, uint64_t header_at,
			uint64_t size, bool hidden)
{
	memset(footer, 0, SECTOR);
	memcpy(footer, "conectix", 8);
	set_be32(footer + 8, 2);
	set_be32(footer + 12, 0x00010000);
	set_be64(footer + 16, type == FIXED ? UINT64_MAX : header_at);
	set_be32(footer + 24, 848664058);
	memcpy(footer + 28, "tap", 4);
	set_be32(footer + 32, 0x00010003);
	set_be64(footer + 40, size);
	set_be64(footer + 48, size);
	set_be32(footer + 60, type);
	random_bytes(footer + 68, 16);
	footer[85] = hidden;
	set_be32(footer + 64, vhd_sum(footer, SECTOR, 64));
}

static size_t utf16(const char *text, bool big, uint8_t *to)
{
	size_t n = 0;

	for (; *text; text++, n += 2) {
		to[n + !big] = 0;
		to[n + big] = (uint8_t)*text;
	}
	return n;
}

static void make_locators(const char *name, uint64_t at, struct locator *l)
{
	static const char *const codes[] = { "MacX", "W2ku", "W2ru" };
	char text[300];
	bool nul = chance(10);

	for (int i = 0; i < MOST_LOCATORS; i++) {
		memset(&l[i], 0, sizeof(l[i]));
		memcpy(l[i].code, codes[i], 4);
		l[i].at = at + (uint64_t)i * SECTOR;
		if (i == 0) {
			snprintf(text, sizeof(text), "file://./%s", name);
			l[i].len = strlen(text);
			memcpy(l[i].bytes, text, l[i].len);
		} else {
			snprintf(text, sizeof(text), ".\\%s", name);
			l[i].len = utf16(text, false, l[i].bytes);
		}
		if (nul)
			l[i].len += i ? 2 : 1;
	}
}

/* Where the header's eight slots hold the locators. */
static void place_locators(struct locator *l, unsigned count, uint8_t *header)
{
	unsigned slot = chance(10) ? (unsigned)between(1, 5) : 0;
	bool in_bytes = chance(80);

	for (unsigned i = 0; i < count; i++) {
		uint8_t *p = header + LOCATOR_AT + (slot + i) * 24;

		memcpy(p, l[i].code, 4);
		set_be32(p + 4, in_bytes ? SECTOR : 1);
		set_be32(p + 8, (uint32_t)l[i].len);
		set_be64(p + 16, l[i].at);
	}
}

unsigned make_vhd_header(const struct sr *sr, const struct gvdi *vdi,
			 uint64_t bat_at, uint32_t bat_entries,
			 uint64_t locators_at, struct locator *locators,
			 uint8_t *header)
{
	unsigned count = 0;
	char name[256];

	memset(header, 0, HEADER);
	memcpy(header, "cxsparse", 8);
	memset(header + 8, 0xff, 8);
	set_be64(header + 16, bat_at);
	set_be32(header + 24, 0x00010000);
	set_be32(header + 28, bat_entries);
	set_be32(header + 32, BLOCK);
	if (vdi && vdi->parent >= 0) {
		const struct gvdi *parent = &sr->vdis[vdi->parent];
		bool mapper = chance(sr->mapper_names);

		if (!parent->raw)
			random_bytes(header + 40, 16);
		set_be32(header + 56, 848664053);
		lv_name_of(sr, parent, mapper, name, sizeof(name));
		utf16(name, true, header + NAME_AT);
		/* Nobody reads the header's, where locators are. */
		if (chance(5))
			memset(header + NAME_AT, 0, NAME_LEN);
		/* Nothing says that all must have one form. */
		if (chance(5))
			lv_name_of(sr, parent, !mapper, name, sizeof(name));
		make_locators(name, locators_at, locators);
		count = chance(90) ? MOST_LOCATORS : (unsigned)between(1, 3);
		place_locators(locators, count, header);
	}
	set_be32(header + 36, vhd_sum(header, HEADER, 36));
	return count;
}

struct shape {
	uint64_t header_at, bat_at, locators_at, data_at;
	uint32_t bat_entries;
};

static struct shape choose_shape(const struct sr *sr, uint64_t size)
{
	struct shape s = { .header_at = SECTOR };

	s.bat_entries = (uint32_t)(size / BLOCK + 1);
	/* So that a segment may end in the middle of the header. */
	if (sr->plain)
		s.header_at = SECTOR;
	else if (size > 6 * sr->extent_size && sr->extent_size <= 65536 &&
		 chance(40))
		s.header_at = sr->extent_size - SECTOR;
	else if (chance(5))
		s.header_at = 4 * SECTOR;
	s.bat_at = s.header_at + HEADER;
	s.data_at = s.bat_at + (s.bat_entries * 4 + 511) / 512 * 512;
	s.locators_at = s.data_at;
	s.data_at += MOST_LOCATORS * SECTOR;
	if (chance(10) && size > 16 * sr->extent_size) {
		/* Anywhere, and not on a sector. */
		s.locators_at = 10 * sr->extent_size - 100;
	}
	return s;
}

static void write_blocks(const struct sr *sr, const struct glv *lv,
			 struct shape *s, uint8_t *bat)
{
	uint64_t room = lv_size(sr, lv);

	for (uint32_t i = 0; i < s->bat_entries; i++) {
		uint8_t bitmap[SECTOR];

		if (s->locators_at > s->data_at ||
		    s->data_at + SECTOR + BLOCK + SECTOR > room || chance(40))
			continue;
		set_be32(bat + (size_t)i * 4, (uint32_t)(s->data_at / SECTOR));
		memset(bitmap, 0xff, sizeof(bitmap));
		lv_write(sr, lv, s->data_at, bitmap, sizeof(bitmap));
		write_payload(sr, lv, s->data_at + SECTOR, BLOCK);
		s->data_at += SECTOR + BLOCK;
	}
}

/* A file that qemu-img made, as it is. */
static void write_qemu(const struct sr *sr, const struct glv *lv)
{
	static uint8_t buffer[65536], zero[65536];
	char path[4096];
	uint64_t at = 0;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/qemu.vhd", sr->pool);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		if (at + (uint64_t)n > lv_size(sr, lv))
			break;
		if (memcmp(buffer, zero, (size_t)n) != 0)
			lv_write(sr, lv, at, buffer, (size_t)n);
		at += (uint64_t)n;
	}
	close(fd);
}

static void write_fixed(const struct sr *sr, const struct glv *lv)
{
	uint64_t size = lv_size(sr, lv);
	uint8_t footer[SECTOR];

	make_footer(footer, FIXED, 0, size - SECTOR, false);
	lv_write(sr, lv, size - SECTOR, footer, sizeof(footer));
	write_payload(sr, lv, SECTOR, size - 2 * SECTOR);
	if (chance(50))
		lv_write(sr, lv, 0, footer, sizeof(footer));
}

void write_vhd(const struct sr *sr, const struct glv *lv)
{
	const struct gvdi *vdi = lv->vdi >= 0 ? &sr->vdis[lv->vdi] : NULL;
	uint64_t size = lv_size(sr, lv);
	struct shape s = choose_shape(sr, size);
	struct locator locators[MOST_LOCATORS];
	uint8_t footer[SECTOR], header[HEADER], *bat;
	size_t bat_len = (s.bat_entries * 4 + 511) / 512 * 512;
	bool child = lv->content == C_VHD_CHILD;
	unsigned count;

	if (lv->content == C_VHD_FIXED) {
		write_fixed(sr, lv);
		return;
	}
	if (lv->content == C_VHD_QEMU) {
		write_qemu(sr, lv);
		return;
	}
	bat = malloc(bat_len);
	if (!bat)
		die("out of memory");
	memset(bat, 0xff, bat_len);
	count = make_vhd_header(sr, child ? vdi : NULL, s.bat_at, s.bat_entries,
				s.locators_at, locators, header);
	make_footer(footer, child ? DIFFERENCING : DYNAMIC, s.header_at,
		    (uint64_t)s.bat_entries * BLOCK, vdi && vdi->hidden);
	write_blocks(sr, lv, &s, bat);
	/* The copy may be gone: libvhd looks at the end first. */
	lv_write(sr, lv, !sr->plain && chance(8) ? size - SECTOR : 0, footer,
		 sizeof(footer));
	lv_write(sr, lv, s.header_at, header, sizeof(header));
	lv_write(sr, lv, s.bat_at, bat, bat_len);
	for (unsigned i = 0; i < count; i++)
		lv_write(sr, lv, locators[i].at, locators[i].bytes,
			 locators[i].len);
	if (s.data_at + SECTOR <= size)
		lv_write(sr, lv, s.data_at, footer, sizeof(footer));
	free(bat);
}
