// SPDX-License-Identifier: LGPL-2.1-only
#include "tests/unit/sr_builder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void le(uint8_t *p, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}

static void be(uint8_t *p, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[bytes - 1 - i] = (uint8_t)(value >> (8 * i));
}

/* ---- LVM ---- */

uint32_t sr_crc(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint32_t crc = 0xf597a6cf;

	for (; len; len--, p++) {
		crc ^= *p;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

void sr_seal_label(uint8_t *sector)
{
	le(sector + 16, sr_crc(sector + 20, 492), 4);
}

void sr_seal_mda(uint8_t *header)
{
	le(header, sr_crc(header + 4, 508), 4);
}

static void without_dashes(char *to, const char *id)
{
	for (; *id; id++) {
		if (*id != '-')
			*to++ = *id;
	}
}

void sr_put_label(uint8_t *sector, uint64_t number, const uint64_t (*areas)[2],
		  size_t count)
{
	memset(sector, 0, 512);
	memcpy(sector, "LABELONE", 8);
	le(sector + 8, number, 8);
	le(sector + 20, 32, 4);
	memcpy(sector + 24, "LVM2 001", 8);
	without_dashes((char *)sector + 32, SR_PV_ID);
	le(sector + 64, SR_SIZE, 8);
	for (size_t i = 0; i < count; i++) {
		le(sector + 72 + 16 * i, areas[i][0], 8);
		le(sector + 80 + 16 * i, areas[i][1], 8);
	}
	sr_seal_label(sector);
}

void sr_put_mda(uint8_t *header, uint64_t start, uint64_t size,
		uint64_t text_at, uint64_t text_size, uint32_t text_crc,
		uint32_t flags)
{
	memset(header, 0, 512);
	memcpy(header + 4, " LVM2 x[5A%r0N*>", 16);
	le(header + 20, 1, 4);
	le(header + 24, start, 8);
	le(header + 32, size, 8);
	le(header + 40, text_at, 8);
	le(header + 48, text_size, 8);
	le(header + 56, text_crc, 4);
	le(header + 60, flags, 4);
	sr_seal_mda(header);
}

void sr_put_text(uint8_t *lun, uint64_t area, uint64_t size, uint64_t text_at,
		 const char *text, uint32_t flags)
{
	size_t len = strlen(text) + 1;

	for (size_t i = 0; i < len; i++) {
		uint64_t at = text_at + i;

		if (at >= size)
			at = at - size + 512;
		lun[area + at] = (uint8_t)text[i];
	}
	sr_put_mda(lun + area, area, size, text_at, len, sr_crc(text, len),
		   flags);
}

void sr_set_text(struct sr *sr, const char *text)
{
	sr_put_text(sr->bytes, SR_MDA_AT, SR_MDA_SIZE, 512, text, 0);
}

/* ---- VG text ---- */

struct lv {
	const char *name, *tag;
	unsigned char_of_id;
	unsigned pieces[2][2]; /* count, first extent */
};

static const struct lv lvs[] = {
	{ "MGT", "", 'a', { { 1, SR_MGT_1 }, { 3, SR_MGT_2 } } },
	{ "VHD-" BASE_UUID, "\"hidden\"", 'b', { { 2, SR_BASE } } },
	{ "VHD-" CHILD_UUID, "", 'c', { { 2, SR_CHILD } } },
	{ "VHD-" OTHER_UUID, "", 'd', { { 2, SR_OTHER } } },
	{ "LV-" RAW_UUID, "", 'e', { { 2, SR_RAW } } },
	{ BASE_UUID ".cbtlog", "", 'f', { { 1, SR_CBT_BASE } } },
	{ CHILD_UUID ".cbtlog", "", 'g', { { 1, SR_CBT_CHILD } } },
	{ "clone_" CHILD_UUID, "\"journaler\"", 'h', { { 1, SR_JOURNAL } } },
	{ "relink_" OTHER_UUID "_1", "\"journaler\"", 'i', { { 1, 30 } } },
	{ "hb-" HOST_UUID, "", 'j', { { 1, SR_FOREIGN } } },
	{ "QCOW2-" QCOW2_UUID, "\"hidden\"", 'k', { { 2, SR_QCOW2 } } },
	{ "QCOW2-" CLONE_UUID, "", 'l', { { 2, SR_CLONE } } },
	{ SR_UUID "_trim_lv", "", 'm', { { 1, SR_TRIM } } },
};

struct out {
	char *text;
	size_t len, room;
};

static void __attribute__((format(printf, 2, 3)))
say(struct out *out, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(out->text + out->len, out->room - out->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= out->room - out->len)
		abort();
	out->len += (size_t)n;
}

static void say_lv(struct out *out, const struct lv *lv)
{
	unsigned count = lv->pieces[1][0] ? 2 : 1, start = 0;

	say(out, "%s {\nid = \"LvLvL%c-0123-4567-89ab-cdef-ghij-klmnop\"\n",
	    lv->name, lv->char_of_id);
	say(out, "status = [\"READ\", \"WRITE\", \"VISIBLE\"]\nflags = []\n");
	if (*lv->tag)
		say(out, "tags = [%s]\n", lv->tag);
	say(out, "segment_count = %u\n\n", count);
	for (unsigned i = 0; i < count; i++) {
		say(out, "segment%u {\nstart_extent = %u\nextent_count = %u\n",
		    i + 1, start, lv->pieces[i][0]);
		say(out, "type = \"striped\"\nstripe_count = 1\t# linear\n");
		say(out, "stripes = [\n\"pv0\", %u\n]\n}\n", lv->pieces[i][1]);
		start += lv->pieces[i][0];
	}
	say(out, "}\n\n");
}

static bool has_lv(const struct sr_options *options, const struct lv *lv)
{
	if (options->no_mgt && lv == lvs)
		return false;
	return strchr(options->lvs ? options->lvs : "abcdefghij",
		      (int)lv->char_of_id);
}

static char *make_text(const struct sr_options *options)
{
	struct out out = { .room = 65536 };

	out.text = calloc(1, out.room);
	if (!out.text)
		abort();
	say(&out, SR_VG_NAME " {\nid = \"" SR_VG_ID "\"\nseqno = %d\n",
	    SR_SEQNO);
	say(&out,
	    "format = \"lvm2\" # informational\n"
	    "status = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\nflags = []\n"
	    "extent_size = %u\t\t# 4 Kilobytes\nmax_lv = 0\nmax_pv = 0\n\n",
	    SR_EXTENT / 512);
	say(&out,
	    "physical_volumes {\n\npv0 {\nid = \"" SR_PV_ID "\"\n"
	    "device = \"/dev/sdb\"\t# Hint only\n\n"
	    "status = [\"ALLOCATABLE\"]\nflags = []\ndev_size = %u\n"
	    "pe_start = %u\npe_count = %u\n}\n}\n\nlogical_volumes {\n\n",
	    SR_SIZE / 512, SR_PE_START / 512, SR_EXTENTS);
	for (size_t i = 0; i < sizeof(lvs) / sizeof(*lvs); i++) {
		if (has_lv(options, &lvs[i]))
			say_lv(&out, &lvs[i]);
	}
	say(&out, "}\n\n}\n");
	for (size_t i = 0; i < options->text_pad; i++)
		say(&out, "%c", i % 64 == 63 ? '\n' : '#');
	say(&out, "\n# Generated by LVM2\n\n"
		  "contents = \"Text Format Volume Group\"\nversion = 1\n\n"
		  "description = \"VHD-" CHILD_UUID " {\"\n\n"
		  "creation_host = \"xs\"\ncreation_time = 1500000000\n\n");
	return out.text;
}

/* ---- VHD ---- */

void sr_seal_vhd(uint8_t *header)
{
	uint32_t sum = 0;

	be(header + 36, 0, 4);
	for (int i = 0; i < 1024; i++)
		sum += header[i];
	be(header + 36, ~sum, 4);
}

static void utf16(uint8_t *to, const char *text, bool big)
{
	for (; *text; text++, to += 2)
		to[big ? 1 : 0] = (uint8_t)*text;
}

static void put_locator(uint8_t *locator, const char *code, uint32_t len,
			uint64_t at)
{
	memcpy(locator, code, 4);
	be(locator + 4, 512, 4);
	be(locator + 8, len, 4);
	be(locator + 16, at, 8);
}

void sr_seal_footer(uint8_t *footer)
{
	uint32_t sum = 0;

	be(footer + 64, 0, 4);
	for (int i = 0; i < 512; i++)
		sum += footer[i];
	be(footer + 64, ~sum, 4);
}

void sr_put_vhd(uint8_t *vhd, const char *name)
{
	uint8_t *header = vhd + 512;
	char text[300];
	int n;

	memcpy(vhd, "conectix", 8);
	be(vhd + 16, 512, 8);
	be(vhd + 60, name ? 4 : 3, 4);
	sr_seal_footer(vhd);
	memset(header, 0, 1024);
	memcpy(header, "cxsparse", 8);
	if (name) {
		utf16(header + 64, name, true);
		n = snprintf(text, sizeof(text), "file://./%s", name);
		put_locator(header + 576, "MacX", (uint32_t)n, 2048);
		memcpy(vhd + 2048, text, (size_t)n);
		n = snprintf(text, sizeof(text), ".\\%s", name);
		put_locator(header + 600, "W2ku", (uint32_t)(2 * n), 2560);
		utf16(vhd + 2560, text, false);
		put_locator(header + 624, "W2ru", (uint32_t)(2 * n), 3072);
		utf16(vhd + 3072, text, false);
	}
	sr_seal_vhd(header);
}

/* ---- QCOW2 ---- */

void sr_put_qcow2(uint8_t *image, const char *name)
{
	memset(image, 0, 1024);
	memcpy(image, "QFI\xfb", 4);
	be(image + 4, 3, 4);
	be(image + 20, 12, 4);		/* cluster_bits */
	be(image + 24, 4096, 8);	/* the disk's size */
	be(image + 100, 104, 4);	/* header_length */
	be(image + 104, 0x76617465, 4); /* SM's hidden flag */
	be(image + 108, 1, 4);
	image[112] = '1';
	if (!name)
		return;
	be(image + 8, 544, 8);
	be(image + 16, strlen(name), 4);
	memcpy(image + 544, name, strlen(name));
}

/* ---- MGT ---- */

static void put_padded(uint8_t *sector, const char *text)
{
	memset(sector, ' ', 512);
	memcpy(sector, text, strlen(text));
}

void sr_put_record(uint8_t *record, const char *label, const char *uuid,
		   const char *snapshot_of, bool deleted)
{
	char text[513];

	snprintf(text, sizeof(text),
		 "<vdi><name_label>%s</name_label><name_description>"
		 "</name_description>",
		 label);
	put_padded(record, text);
	snprintf(text, sizeof(text),
		 "<is_a_snapshot>%d</is_a_snapshot><snapshot_of>%s"
		 "</snapshot_of><type>user</type><vdi_type>vhd</vdi_type>"
		 "<managed>1</managed><uuid>%s</uuid><deleted>%d</deleted>"
		 "</vdi>",
		 *snapshot_of != 0, snapshot_of, uuid, deleted);
	put_padded(record + 512, text);
}

static void put_mgt(uint8_t *bytes)
{
	uint8_t mgt[4 * SR_EXTENT] = { 0 };

	put_padded(mgt, "XSSM:8192      :1:2");
	put_padded(mgt + 512, "<?xml version=\"1.0\" ?><uuid>" SR_UUID
			      "</uuid><allocation>thick</allocation>");
	put_padded(mgt + 1024, "<name_label>SR</name_label>");
	put_padded(mgt + 1536, "<name_description></name_description>");
	sr_put_record(mgt + 2048, "base", BASE_UUID, "", false);
	sr_put_record(mgt + 3072, "child", CHILD_UUID, OTHER_UUID, false);
	/* Fields that nobody knows today. */
	memcpy(mgt + 1024 - 60, "<of>" SR_UUID "</of>", 45);
	memcpy(mgt + 4096 - 60, "<of>" BASE_UUID "</of>", 45);
	/* From here on in the second segment. */
	sr_put_record(mgt + 4096, "&lt;uuid>" HOST_UUID, OTHER_UUID, STALE_UUID,
		      false);
	sr_put_record(mgt + 5120, "raw", RAW_UUID, "OpaqueRef:NULL", false);
	sr_put_record(mgt + 6144, "gone", STALE_UUID, CHILD_UUID, true);
	put_padded(mgt + 7168, "");
	put_padded(mgt + 7680, "");
	memcpy(bytes + SR_AT(SR_MGT_1), mgt, SR_EXTENT);
	memcpy(bytes + SR_AT(SR_MGT_2), mgt + SR_EXTENT, 3 * SR_EXTENT);
}

/* ---- all of it ---- */

static void put_uuid(uint8_t *to, const char *text)
{
	for (int i = 0; i < 16; i++) {
		unsigned byte;

		if (*text == '-')
			text++;
		if (sscanf(text, "%2x", &byte) != 1)
			abort();
		to[i] = (uint8_t)byte;
		text += 2;
	}
}

static void put_lvs(uint8_t *bytes)
{
	uint8_t *cbt = bytes + SR_AT(SR_CBT_BASE);

	sr_put_vhd(bytes + SR_AT(SR_BASE), NULL);
	sr_put_vhd(bytes + SR_AT(SR_CHILD), "VHD-" BASE_UUID);
	sr_put_vhd(bytes + SR_AT(SR_OTHER),
		   "VG_XenStorage--11111111--aaaa--4111--8111--0123456789ab-"
		   "VHD--22222222--bbbb--4222--8222--0123456789ab");
	put_uuid(cbt + 16, CHILD_UUID);
	cbt[32] = 1;
	cbt = bytes + SR_AT(SR_CBT_CHILD);
	put_uuid(cbt, BASE_UUID);
	strcpy((char *)bytes + SR_AT(SR_JOURNAL),
	       "73 " BASE_UUID "_" STALE_UUID);
	/* Data that looks like an identifier and is none of ours to touch. */
	strcpy((char *)bytes + SR_AT(SR_RAW), "data VHD-" BASE_UUID);
	strcpy((char *)bytes + SR_AT(SR_FOREIGN), "36 " CHILD_UUID);
}

void sr_make(struct sr *sr, const struct sr_options *options)
{
	static const struct sr_options ordinary;
	const struct sr_options *o = options ? options : &ordinary;
	bool two = o->mda_count == 2;
	uint32_t mda_size = o->mda_size ? o->mda_size : SR_MDA_SIZE;
	uint32_t text_at = o->text_at ? o->text_at : 512;
	uint64_t areas[6][2] = { { SR_PE_START, 0 },
				 { 0, 0 },
				 { SR_MDA_AT, mda_size } };

	if (two) {
		areas[3][0] = SR_MDA2_AT;
		areas[3][1] = SR_MDA2_SIZE;
	}
	sr->bytes = calloc(1, SR_SIZE);
	if (!sr->bytes)
		abort();
	sr_put_label(sr->bytes + o->label_sector * 512, o->label_sector,
		     (const uint64_t(*)[2])areas, two ? 5 : 4);
	if (!o->no_extension) {
		uint8_t *sector = sr->bytes + o->label_sector * 512;

		le(sector + 72 + (two ? 80 : 64), 2, 4);
		sr_seal_label(sector);
	}
	sr->text = make_text(o);
	sr->text_size = strlen(sr->text) + 1;
	sr_put_text(sr->bytes, SR_MDA_AT, mda_size, text_at, sr->text,
		    o->first_ignored);
	if (two)
		sr_put_text(sr->bytes, SR_MDA2_AT, SR_MDA2_SIZE, 512, sr->text,
			    0);
	put_lvs(sr->bytes);
	if (o->lvs && strchr(o->lvs, 'k'))
		sr_put_qcow2(sr->bytes + SR_AT(SR_QCOW2), NULL);
	if (o->lvs && strchr(o->lvs, 'l'))
		sr_put_qcow2(sr->bytes + SR_AT(SR_CLONE),
			     "/dev/" SR_VG_NAME "/QCOW2-" QCOW2_UUID);
	if (!o->no_mgt)
		put_mgt(sr->bytes);
}

void sr_free(struct sr *sr)
{
	free(sr->bytes);
	free(sr->text);
	*sr = (struct sr){ 0 };
}

static bool found(const uint8_t *bytes, size_t len, const char *text,
		  unsigned step)
{
	size_t n = strlen(text);

	for (size_t i = 0; i + n * step <= len; i++) {
		size_t j = 0;

		while (j < n && bytes[i + j * step] == (uint8_t)text[j])
			j++;
		if (j == n)
			return true;
	}
	return false;
}

bool sr_mentions(const uint8_t *bytes, size_t len, const char *text)
{
	char doubled[200];
	size_t n = 0;

	for (const char *p = text; *p && n + 2 < sizeof(doubled); p++) {
		doubled[n++] = *p;
		if (*p == '-')
			doubled[n++] = '-';
	}
	doubled[n] = '\0';
	return found(bytes, len, text, 1) || found(bytes, len, text, 2) ||
	       found(bytes, len, doubled, 1) || found(bytes, len, doubled, 2);
}
