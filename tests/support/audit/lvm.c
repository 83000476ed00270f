// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Label, mda_headers and VG text (lvm2 lib/label/label.h,
 * lib/format_text/layout.h).
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "bytes.h"

#define MDA_HEADER 512
#define SLOTS_AT   40
#define SLOT_LEN   24
#define IGNORED	   1

#define JOURNAL_HEAD_AT 2048

struct mda {
	uint64_t at, size;
	uint8_t header[MDA_HEADER];
	uint64_t text_at, text_size; /* slot 0 */
	uint32_t text_crc, flags;
	bool in_use;
};

struct label {
	unsigned sector;
	uint8_t bytes[SECTOR];
	unsigned pv_id_at;
	uint64_t mda_at[8];
	unsigned mda_count;
};

static bool read_label(const struct side *side, struct label *l)
{
	for (l->sector = 0; l->sector < 4; l->sector++) {
		const uint8_t *b = l->bytes;
		unsigned at;

		image_read(&side->image, (uint64_t)l->sector * SECTOR, l->bytes,
			   SECTOR);
		if (memcmp(b, "LABELONE", 8) != 0 || le64(b + 8) != l->sector ||
		    memcmp(b + 24, "LVM2 001", 8) != 0 ||
		    le32(b + 16) != lvm2_crc(b + 20, SECTOR - 20))
			continue;
		at = l->pv_id_at = le32(b + 20);
		at += 32 + 8;
		for (; at + 16 <= SECTOR && le64(b + at); at += 16)
			;
		at += 16;
		l->mda_count = 0;
		for (; at + 16 <= SECTOR && le64(b + at) && l->mda_count < 8;
		     at += 16)
			l->mda_at[l->mda_count++] = le64(b + at);
		return true;
	}
	return false;
}

static bool read_mda(const struct side *side, uint64_t at, struct mda *m)
{
	const uint8_t *slot = m->header + SLOTS_AT;

	image_read(&side->image, at, m->header, MDA_HEADER);
	m->at = at;
	m->size = le64(m->header + 32);
	m->text_at = le64(slot);
	m->text_size = le64(slot + 8);
	m->text_crc = le32(slot + 16);
	m->flags = le32(slot + 20);
	m->in_use = m->text_at && !(m->flags & IGNORED);
	return le32(m->header) == lvm2_crc(m->header + 4, MDA_HEADER - 4) &&
	       memcmp(m->header + 4, " LVM2 x[5A%r0N*>", 16) == 0 &&
	       le32(m->header + 20) == 1 && le64(m->header + 24) == at;
}

/* The text in the ring, with a NUL behind it; NULL if slot 0 or its checksum
 * is wrong. */
static char *read_text(const struct side *side, const struct mda *m)
{
	uint64_t first = m->size - m->text_at;
	char *text;

	if (m->text_at < MDA_HEADER || m->text_at >= m->size ||
	    m->text_size > m->size - MDA_HEADER)
		return NULL;
	text = get_memory(m->text_size + 1);
	if (first > m->text_size)
		first = m->text_size;
	image_read(&side->image, m->at + m->text_at, text, first);
	image_read(&side->image, m->at + MDA_HEADER, text + first,
		   m->text_size - first);
	if (lvm2_crc(text, m->text_size) == m->text_crc)
		return text;
	free(text);
	return NULL;
}

/* ---- what the text must be ---- */

/* Whether text[at] is in the name of a section, which is alone in its line: of
 * the VG or an LV. What else a text says (tags, comments, the description) are
 * somebody's words. */
static bool in_name(const char *text, size_t len, size_t at)
{
	size_t from = at, to = at;

	while (from > 0 && text[from - 1] != '\n')
		from--;
	while (to < len && text[to] != '\n')
		to++;
	return to > from && text[to - 1] == '{' &&
	       !memchr(text + from, '"', to - from) &&
	       !memchr(text + from, '#', to - from);
}

static bool in_foreign(const struct side *side, const char *text, size_t len,
		       size_t at)
{
	size_t from = at, to = at;

	while (from > 0 && !isspace((unsigned char)text[from - 1]))
		from--;
	while (to < len && !isspace((unsigned char)text[to]))
		to++;
	return is_foreign_name(side, text + from, to - from);
}

static void renew_vg_text(const struct side *old, char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct id16 was, is;
		enum uuid_form form;
		const char *id;

		if (lvm_id_here(text, len, i) &&
		    (id = lvm_ids_find(text + i)) != NULL) {
			memcpy(text + i, id, LVM_ID);
			i += LVM_ID - 1;
			continue;
		}
		form = uuid_here(text, len, i, &was);
		if (!form)
			continue;
		if (ids_find(&was, &is) && in_name(text, len, i) &&
		    !in_foreign(old, text, len, i))
			uuid_write(&is, form, text + i);
		i += (size_t)form - 1;
	}
}

/* Searches its names for old uuids, and all of it for old LVM ids. */
static void scan_vg_text(const char *text, size_t len, const struct side *side)
{
	for (size_t i = 0; i < len; i++) {
		struct id16 id;

		if (lvm_id_here(text, len, i) && lvm_ids_find(text + i))
			problem("VG text, byte %zu: an old LVM id: %.38s", i,
				text + i);
		if (uuid_here(text, len, i, &id) && ids_is_old(&id) &&
		    in_name(text, len, i) && !in_foreign(side, text, len, i))
			problem("VG text, byte %zu: an old uuid: %.36s", i,
				text + i);
	}
}

static void compare_text(const char *must, size_t must_len, const char *is,
			 size_t is_len, uint64_t mda_at)
{
	size_t i = 0, line = 1, start = 0;

	while (i < must_len && i < is_len && must[i] == is[i]) {
		if (must[i++] == '\n') {
			line++;
			start = i;
		}
	}
	if (i == must_len && i == is_len)
		return;
	problem("VG text in the area at byte %llu, line %zu: must be \"%.*s\", "
		"is \"%.*s\"",
		(unsigned long long)mda_at, line,
		(int)strcspn(must + start, "\n"), must + start,
		(int)strcspn(is + start, "\n"), is + start);
}

/* ---- label and areas ---- */

static void undashed(const char *id, uint8_t *to)
{
	for (; *id; id++) {
		if (*id != '-')
			*to++ = (uint8_t)*id;
	}
}

static void expect_label(const struct audit *a, struct label *l)
{
	uint8_t id[64] = { 0 };

	undashed(a->old.pv_id, id);
	if (memcmp(l->bytes + l->pv_id_at, id, 32) != 0)
		give_up("lvm took another label than this program");
	undashed(a->new.pv_id, l->bytes + l->pv_id_at);
	set_le32(l->bytes + 16, lvm2_crc(l->bytes + 20, SECTOR - 20));
	expect_bytes((uint64_t)l->sector * SECTOR, l->bytes, SECTOR);
}

/* An interrupted resign has left its journal's head on the original: the result
 * has none. */
static void expect_no_journal(const struct audit *a)
{
	static const uint8_t zeros[SECTOR];
	uint8_t head[SECTOR];

	image_read(&a->old.image, JOURNAL_HEAD_AT, head, sizeof(head));
	if (memcmp(head, "RELVMJNL", 8) == 0)
		expect_bytes(JOURNAL_HEAD_AT, zeros, sizeof(zeros));
}

/* The text that LVM believes: that of its seqno. */
static bool has_seqno(const char *text, uint64_t seqno)
{
	char line[64];

	snprintf(line, sizeof(line), "\nseqno = %llu\n",
		 (unsigned long long)seqno);
	return strstr(text, line) != NULL;
}

static char *newest_text(const struct side *side, const struct label *l,
			 size_t *len)
{
	for (unsigned i = 0; i < l->mda_count; i++) {
		struct mda m;
		char *text;

		if (!read_mda(side, l->mda_at[i], &m) || !m.in_use)
			continue;
		text = read_text(side, &m);
		if (text && has_seqno(text, side->seqno)) {
			*len = m.text_size;
			return text;
		}
		free(text);
	}
	give_up("%s: no VG text with lvm's seqno", side->role);
}

static void check_mda(const struct audit *a, uint64_t at, const char *must,
		      size_t must_len)
{
	struct mda old, new;
	char *text;

	read_mda(&a->old, at, &old);
	if (!old.in_use)
		return; /* every byte of it must be as it was */
	expect_any(at, 4);
	expect_any(at + SLOTS_AT, 2 * SLOT_LEN);
	expect_any(at + MDA_HEADER, old.size - MDA_HEADER);
	if (!read_mda(&a->new, at, &new)) {
		problem("the mda_header at byte %llu is damaged",
			(unsigned long long)at);
		return;
	}
	if (new.flags != old.flags || !new.in_use)
		problem("the mda_header at byte %llu has other flags",
			(unsigned long long)at);
	for (int i = 0; i < SLOT_LEN; i++) {
		if (new.header[SLOTS_AT + SLOT_LEN + i]) {
			problem("the mda_header at byte %llu has a "
				"precommitted "
				"text",
				(unsigned long long)at);
			break;
		}
	}
	if (new.text_at % SECTOR)
		problem("the VG text at %llu is not on a sector",
			(unsigned long long)new.text_at);
	text = read_text(&a->new, &new);
	if (!text) {
		problem("the VG text at %llu does not match its checksum",
			(unsigned long long)new.text_at);
		return;
	}
	compare_text(must, must_len, text, new.text_size, at);
	scan_vg_text(text, new.text_size, &a->new);
	free(text);
}

void check_lvm(struct audit *a)
{
	struct label l;
	size_t len;
	char *must;
	unsigned in_use = 0;

	if (!read_label(&a->old, &l))
		give_up("the original has no LVM label");
	must = newest_text(&a->old, &l, &len);
	cut_dropped(a, must, &len);
	renew_vg_text(&a->old, must, len);
	for (unsigned i = 0; i < l.mda_count; i++) {
		struct mda m;

		check_mda(a, l.mda_at[i], must, len);
		in_use += read_mda(&a->new, l.mda_at[i], &m) && m.in_use;
	}
	if (in_use != a->new.mda_used)
		problem("lvm uses %llu metadata areas, there are %u",
			(unsigned long long)a->new.mda_used, in_use);
	expect_label(a, &l);
	expect_no_journal(a);
	free(must);
}
