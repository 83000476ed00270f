// SPDX-License-Identifier: LGPL-2.1-only
/*
 * MGT in all the states that SM leaves it in, and some that others may.
 */
#include <stdlib.h>
#include <string.h>

#include "gen.h"

#define SECTOR	     512
#define FIRST_RECORD 2048
#define RECORD	     1024

static const char *const labels[] = {
	"disk",
	"",
	"Ubuntu 22.04 \xe2\x80\x94 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
	"a &amp; b &lt;uuid&gt;x&lt;/uuid&gt; \"q\"",
	"&amp;&amp;&amp;&amp;&amp;&am",
	"\xc3\xa9\xc3\xa9\xc3\xa9\xc3",
	"snapshot_of 01234567-89ab-cdef-0123-456789abcdef",
	"&lt;/vdi&gt;&lt;vdi&gt;",
};

static const char *some_label(void)
{
	return labels[below(sizeof(labels) / sizeof(*labels))];
}

static void put(uint8_t *to, size_t room, const char *text)
{
	size_t len = strlen(text);

	memcpy(to, text, len < room ? len : room);
}

static void put_header(uint8_t *mgt, uint64_t length)
{
	/* Each SM reads the length, and goes on. */
	static const char *const versions[] = { ":1:2", ":1:1", ":1:0", ":1:3",
						":2:0" };
	char text[64];

	snprintf(text, sizeof(text), "XSSM:%-10llu%s",
		 (unsigned long long)length,
		 versions[chance(60) ? 0 : below(5)]);
	put(mgt, SECTOR, text);
}

/* SM reads no records then, and attaches the SR without names. */
static void spoil_header(uint8_t *mgt)
{
	switch (below(4)) {
	case 0:
		memset(mgt, 0, 4);
		break;
	case 1:
		memcpy(mgt, "XSSX:", 5);
		break;
	case 2:
		memset(mgt + 5, ' ', 10);
		break;
	default:
		for (int i = 0; i < SECTOR; i++)
			mgt[i] = (uint8_t)rng_next();
	}
}

static void put_sr(const struct sr *sr, uint8_t *mgt)
{
	char text[SECTOR];

	snprintf(text, sizeof(text),
		 "<?xml version=\"1.0\" ?><uuid>%s</uuid>"
		 "<allocation>thick</allocation>",
		 sr->uuid);
	put(mgt + SECTOR, SECTOR, text);
	snprintf(text, sizeof(text), "<name_label>%s</name_label>",
		 some_label());
	put(mgt + 2 * SECTOR, SECTOR, text);
	snprintf(text, sizeof(text),
		 "<name_description>%s of %s</name_description>", some_label(),
		 sr->uuid);
	put(mgt + 3 * SECTOR, SECTOR, text);
}

/* The first sector: labels, of which SM cuts long ones without mercy. */
static void put_labels(const struct gvdi *vdi, uint8_t *at)
{
	char text[1024];
	bool names_itself = chance(10);
	const char *label = some_label(), *description = some_label();
	size_t len;

	snprintf(text, sizeof(text),
		 "<vdi><name_label>%s%s%s</name_label><name_description>%s",
		 label, names_itself ? " " : "", names_itself ? vdi->uuid : "",
		 description);
	len = strlen(text);
	if (chance(15)) {
		/* As SM cuts a description that is too long. */
		while (len < SECTOR - 17)
			text[len++] = 'q';
		strcpy(text + len, "name_description>");
	} else {
		strcpy(text + len, "</name_description>");
	}
	put(at, SECTOR, text);
}

/* The second: tags in any order, others among them. */
static void put_tags(const struct gvdi *vdi, uint8_t *at)
{
	static const char *const unknown[] = {
		"<offset>3072</offset>",
		"<x-vendor a=\"1\"/>",
		"<cbt_enabled>1</cbt_enabled>",
	};
	char tags[12][96];
	size_t order[12], n = 0, len = 0;

	snprintf(tags[n++], 96, "<uuid>%s</uuid>", vdi->uuid);
	snprintf(tags[n++], 96, "<is_a_snapshot>%d</is_a_snapshot>",
		 vdi->snapshot_of[0] != 0);
	snprintf(tags[n++], 96, "<snapshot_of>%s</snapshot_of>",
		 vdi->snapshot_of[0] ? vdi->snapshot_of
		 : chance(20)	     ? "OpaqueRef:NULL"
				     : "");
	snprintf(tags[n++], 96, "<type>%s</type>", vdi->type);
	snprintf(tags[n++], 96, "<vdi_type>%s</vdi_type>",
		 vdi->raw     ? "aio"
		 : vdi->qcow2 ? "qcow2"
			      : "vhd");
	snprintf(tags[n++], 96, "<read_only>%d</read_only>", vdi->hidden);
	snprintf(tags[n++], 96, "<managed>%d</managed>", !vdi->hidden);
	snprintf(tags[n++], 96, "<deleted>%d</deleted>", vdi->deleted);
	if (chance(80))
		snprintf(tags[n++], 96,
			 "<metadata_of_pool></metadata_of_pool>");
	if (chance(20))
		snprintf(tags[n++], 96, "%s", unknown[below(3)]);
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1 && vdi->uuid[0] > '7'; i--) {
		size_t j = below(i), was = order[i - 1];

		order[i - 1] = order[j];
		order[j] = was;
	}
	for (size_t i = 0; i < n; i++) {
		put(at + len, SECTOR - len, tags[order[i]]);
		len += strlen(tags[order[i]]);
	}
	put(at + len, SECTOR - len, "</vdi>");
}

static void put_record(const struct gvdi *vdi, uint8_t *at)
{
	memset(at, chance(95) ? ' ' : 0, RECORD);
	put_labels(vdi, at);
	put_tags(vdi, at + SECTOR);
}

/* A slot whose VDI is gone; its values stay. */
static void put_deleted(const struct sr *sr, uint8_t *at)
{
	struct gvdi gone = { .type = "user", .deleted = true };

	make_uuid(gone.uuid);
	if (sr->vdi_count && chance(50))
		strcpy(gone.snapshot_of, sr->vdis[below(sr->vdi_count)].uuid);
	put_record(&gone, at);
}

static uint64_t put_records(const struct sr *sr, uint8_t *mgt, uint64_t room)
{
	uint64_t at = FIRST_RECORD;
	uint64_t fill = 0;

	for (size_t i = 0; i < sr->vdi_count && at + RECORD <= room; i++) {
		if (!sr->vdis[i].in_mgt || chance(3))
			continue;
		if (chance(8) && at + 2 * RECORD <= room) {
			put_deleted(sr, mgt + at);
			at += RECORD;
		}
		put_record(&sr->vdis[i], mgt + at);
		at += RECORD;
	}
	if (chance(5))
		fill = between(1, 40); /* of VDIs that have no LV */
	if (chance(1))
		fill = UINT64_MAX;
	for (; fill && at + RECORD <= room; fill--, at += RECORD)
		put_deleted(sr, mgt + at);
	return at;
}

void write_mgt(const struct sr *sr, const struct glv *lv)
{
	uint64_t room = lv_size(sr, lv), length;
	uint8_t *mgt;

	if (chance(5))
		return; /* blank */
	mgt = calloc(1, room);
	if (!mgt)
		die("out of memory");
	memset(mgt, ' ', FIRST_RECORD);
	put_sr(sr, mgt);
	length = put_records(sr, mgt, room);
	/* What a longer MGT left behind is not live. */
	for (uint64_t at = length; chance(30) && at + RECORD <= room;
	     at += RECORD)
		put_deleted(sr, mgt + at);
	if (chance(5)) {
		put_header(mgt, room + between(1, 8) * RECORD);
		length = room;
	} else if (chance(5)) {
		put_header(mgt, FIRST_RECORD);
	} else {
		put_header(mgt, length);
	}
	if (chance(4))
		spoil_header(mgt);
	for (uint64_t at = 0; at < room; at += SECTOR) {
		static const uint8_t zero[SECTOR];

		if (memcmp(mgt + at, zero, SECTOR) != 0)
			lv_write(sr, lv, at, mgt + at, SECTOR);
	}
	free(mgt);
}
