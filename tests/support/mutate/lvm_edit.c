// SPDX-License-Identifier: LGPL-2.1-only
#include "lvm_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../audit/bytes.h"

#define SLOT_0	 40
#define SLOT_LEN 24

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

void edit_open(struct edit *e, const char *path)
{
	struct stat st;

	memset(e, 0, sizeof(*e));
	e->path = path;
	e->fd = open(path, O_RDWR | O_CLOEXEC);
	if (e->fd < 0 || fstat(e->fd, &st))
		die("%s: %s", path, strerror(errno));
	e->size = (uint64_t)st.st_size;
}

void edit_read(const struct edit *e, uint64_t at, void *to, size_t len)
{
	if (pread(e->fd, to, len, (off_t)at) != (ssize_t)len)
		die("%s: cannot read byte %llu", e->path,
		    (unsigned long long)at);
}

void edit_write(const struct edit *e, uint64_t at, const void *from, size_t len)
{
	if (pwrite(e->fd, from, len, (off_t)at) != (ssize_t)len)
		die("%s: cannot write byte %llu", e->path,
		    (unsigned long long)at);
}

bool edit_next_data(const struct edit *a, const struct edit *b, uint64_t *at)
{
	off_t x = lseek(a->fd, (off_t)*at, SEEK_DATA);
	off_t y = lseek(b->fd, (off_t)*at, SEEK_DATA);

	if (x < 0 && y < 0)
		return false;
	*at = (uint64_t)(x < 0 || (y >= 0 && y < x) ? y : x);
	return true;
}

static void load_areas(struct edit *e)
{
	const uint8_t *b = e->label;
	unsigned at = e->pv_header_at + 32 + 8;

	for (; at + 16 <= SECTOR && le64(b + at); at += 16)
		;
	for (at += 16; at + 16 <= SECTOR && le64(b + at); at += 16) {
		struct edit_mda *m = &e->mdas[e->mda_count++];

		if (e->mda_count > MOST_MDAS)
			die("%s: too many metadata areas", e->path);
		m->at = le64(b + at);
		edit_read(e, m->at, m->header, MDA_HEADER);
		m->size = le64(m->header + 32);
	}
	e->extension_at = at + 16;
}

void edit_load(struct edit *e)
{
	e->mda_count = 0;
	for (e->label_sector = 0; e->label_sector < 4; e->label_sector++) {
		edit_read(e, (uint64_t)e->label_sector * SECTOR, e->label,
			  SECTOR);
		if (memcmp(e->label, "LABELONE", 8) == 0 &&
		    le64(e->label + 8) == e->label_sector) {
			e->pv_header_at = le32(e->label + 20);
			load_areas(e);
			return;
		}
	}
	die("%s: no LVM label", e->path);
}

void edit_write_label(struct edit *e)
{
	set_le64(e->label + 8, e->label_sector);
	set_le32(e->label + 16, lvm2_crc(e->label + 20, SECTOR - 20));
	edit_write(e, (uint64_t)e->label_sector * SECTOR, e->label, SECTOR);
}

void edit_write_header(struct edit *e, unsigned mda)
{
	struct edit_mda *m = &e->mdas[mda];

	set_le32(m->header, lvm2_crc(m->header + 4, MDA_HEADER - 4));
	edit_write(e, m->at, m->header, MDA_HEADER);
}

uint64_t edit_text_at(const struct edit *e, unsigned mda)
{
	return le64(e->mdas[mda].header + SLOT_0);
}

uint64_t edit_text_size(const struct edit *e, unsigned mda)
{
	return le64(e->mdas[mda].header + SLOT_0 + 8);
}

bool edit_in_use(const struct edit *e, unsigned mda)
{
	return edit_text_at(e, mda) &&
	       !(le32(e->mdas[mda].header + SLOT_0 + 20) & 1);
}

char *edit_get_text(const struct edit *e, unsigned mda, size_t *size)
{
	const struct edit_mda *m = &e->mdas[mda];
	uint64_t at = edit_text_at(e, mda), first;
	char *text;

	*size = edit_text_size(e, mda);
	first = m->size - at < *size ? m->size - at : *size;
	text = calloc(1, *size + 1);
	if (!text)
		die("out of memory");
	edit_read(e, m->at + at, text, first);
	edit_read(e, m->at + MDA_HEADER, text + first, *size - first);
	return text;
}

void edit_put_text(struct edit *e, unsigned mda, uint64_t at, const char *text,
		   size_t size)
{
	struct edit_mda *m = &e->mdas[mda];
	uint64_t first = m->size - at < size ? m->size - at : size;
	uint8_t *slot = m->header + SLOT_0;

	if (size > m->size - MDA_HEADER)
		die("%s: the text is larger than its ring", e->path);
	edit_write(e, m->at + at, text, first);
	edit_write(e, m->at + MDA_HEADER, text + first, size - first);
	set_le64(slot, at);
	set_le64(slot + 8, size);
	set_le32(slot + 16, lvm2_crc(text, size));
	edit_write_header(e, mda);
}

int edit_replace(struct edit *e, const char *old, const char *new)
{
	int result = -1;

	for (unsigned i = 0; i < e->mda_count; i++) {
		size_t size, old_len = strlen(old), new_len = strlen(new);
		char *text, *found, *now;

		if (!edit_in_use(e, i))
			continue;
		text = edit_get_text(e, i, &size);
		found = strstr(text, old);
		if (!found) {
			free(text);
			continue;
		}
		now = calloc(1, size - old_len + new_len);
		if (!now)
			die("out of memory");
		memcpy(now, text, (size_t)(found - text));
		memcpy(now + (found - text), new, new_len);
		memcpy(now + (found - text) + new_len, found + old_len,
		       size - (size_t)(found - text) - old_len);
		edit_put_text(e, i, edit_text_at(e, i), now,
			      size - old_len + new_len);
		free(now);
		free(text);
		result = 0;
	}
	return result;
}
