// SPDX-License-Identifier: LGPL-2.1-only
#include "format/vpd.h"

#include <string.h>

#include "base/bytes.h"

#define INQUIRY 0x12

#define HEADER_LEN 4 /* of a VPD page, and of a designator */
#define VENDOR_AT  8 /* in a standard INQUIRY; the model follows */
#define VENDOR_LEN 8
#define MODEL_LEN  16
#define NAMES_LEN  (VENDOR_LEN + MODEL_LEN)

static const uint8_t page_codes[VPD_QUESTIONS] = {
	[VPD_SERIAL] = 0x80,
	[VPD_IDS] = 0x83,
};

enum code_set {
	BINARY = 1,
	ASCII = 2,
	UTF8 = 3,
};

enum designator_type {
	VENDOR_SPECIFIC = 0,
	T10_VENDOR = 1,
	EUI64 = 2,
	NAA = 3,
	SCSI_NAME_STRING = 8,
};

#define ANY_NAA (-1)

/* Best first. */
static const struct preference {
	enum designator_type type;
	int naa;
	enum code_set code_set;
} preferences[] = {
	{ NAA, 6, BINARY },
	{ NAA, 6, ASCII },
	{ NAA, 5, BINARY },
	{ NAA, 5, ASCII },
	{ NAA, ANY_NAA, BINARY },
	{ NAA, ANY_NAA, ASCII },
	{ EUI64, ANY_NAA, BINARY },
	{ EUI64, ANY_NAA, ASCII },
	{ T10_VENDOR, ANY_NAA, BINARY },
	{ T10_VENDOR, ANY_NAA, ASCII },
	{ VENDOR_SPECIFIC, ANY_NAA, BINARY },
	{ VENDOR_SPECIFIC, ANY_NAA, ASCII },
	/* Not for scsi_id; sg3-utils makes names in /dev/disk/by-id of it. */
	{ SCSI_NAME_STRING, ANY_NAA, UTF8 },
};

/* An id while it is put together, before white space is looked at. */
struct raw_id {
	uint8_t bytes[SCSI_ID_SIZE];
	size_t len;
	bool too_long;
};

static void add(struct raw_id *raw, const void *bytes, size_t len)
{
	if (raw->len + len >= sizeof(raw->bytes)) {
		raw->too_long = true;
		return;
	}
	memcpy(raw->bytes + raw->len, bytes, len);
	raw->len += len;
}

static void add_hex(struct raw_id *raw, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		add(raw, &"0123456789abcdef"[bytes[i] >> 4], 1);
		add(raw, &"0123456789abcdef"[bytes[i] & 15], 1);
	}
}

/* What SM's str.strip() and \s take for white space within ASCII. */
static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

/* Up to the first NUL, as it is printed; white space to `_`, none at the end.
 * The id never starts with any, for its kind comes first. */
static struct scsi_id to_text(const struct raw_id *raw)
{
	struct scsi_id id = { "" };
	size_t n = 0;
	bool gap = false;

	if (raw->too_long)
		return id;
	for (size_t i = 0; i < raw->len && raw->bytes[i]; i++) {
		if (is_space(raw->bytes[i])) {
			gap = true;
			continue;
		}
		if (gap)
			id.text[n++] = '_';
		gap = false;
		id.text[n++] = (char)raw->bytes[i];
	}
	return id;
}

void vpd_cdb(enum vpd_question question, uint8_t cdb[VPD_CDB_LEN])
{
	memset(cdb, 0, VPD_CDB_LEN);
	cdb[0] = INQUIRY;
	cdb[1] = question != VPD_STANDARD;
	cdb[2] = page_codes[question];
	cdb[4] = VPD_PAGE_LEN;
}

bool scsi_inquiry_is_disk(const uint8_t *data, size_t len)
{
	/* peripheral qualifier 0 (connected), device type 0 (block) */
	return len > 0 && data[0] == 0;
}

static bool add_vendor_and_model(struct raw_id *raw,
				 const struct vpd_page *standard)
{
	if (standard->len < VENDOR_AT + NAMES_LEN ||
	    memchr(standard->data + VENDOR_AT, '\0', NAMES_LEN))
		return false;
	add(raw, standard->data + VENDOR_AT, NAMES_LEN);
	return true;
}

/* ---- page 0x83 ---- */

/* Whether the designator at `d`, whole within its page, is of this kind. */
static bool matches(const uint8_t *d, const struct preference *preference)
{
	if ((d[1] >> 4 & 3) != 0) /* of a port or the target, not of the LUN */
		return false;
	if ((d[1] & 15) != (int)preference->type ||
	    (d[0] & 15) != (int)preference->code_set)
		return false;
	if (d[3] == 0) /* identifies nothing */
		return false;
	return preference->naa == ANY_NAA ||
	       d[HEADER_LEN] >> 4 == preference->naa;
}

static struct scsi_id designator_id(const uint8_t *d,
				    const struct preference *preference,
				    const struct vpd_page *standard)
{
	struct raw_id raw = { .len = 0 };

	add(&raw, &"012345678"[preference->type], 1);
	if (preference->type == VENDOR_SPECIFIC &&
	    !add_vendor_and_model(&raw, standard))
		return (struct scsi_id){ "" };
	if (preference->code_set == BINARY)
		add_hex(&raw, d + HEADER_LEN, d[3]);
	else
		add(&raw, d + HEADER_LEN, d[3]);
	return to_text(&raw);
}

/* Old EMC Symmetrix answer as SCSI-2 has it: no designators, but a world wide
 * name. Byte 6, reserved in SPC, is then part of EMC's OUI. */
static bool is_scsi2(const struct vpd_page *page)
{
	return page->len > 6 && page->data[3] > 2 && page->data[6] != 0;
}

static struct scsi_id scsi2_id(const struct vpd_page *page)
{
	struct raw_id raw = { .len = 0 };
	size_t len = page->data[3];

	if (len > page->len - HEADER_LEN)
		len = page->len - HEADER_LEN;
	add(&raw, "3", 1);
	add_hex(&raw, page->data + HEADER_LEN, len);
	return to_text(&raw);
}

/* The ids of a page, the best first. */
struct walk {
	const struct vpd_page *page, *standard;
	size_t until;	   /* of the designators that start before it */
	size_t preference; /* where the walk is */
	size_t at;
};

static struct walk walk_begin(const struct vpd_page *page, size_t until,
			      const struct vpd_page *standard)
{
	return (struct walk){ page, standard, until, 0, HEADER_LEN };
}

/* One designator further. What the page cuts off is not there. */
static bool walk_designator(struct walk *walk, const uint8_t **d)
{
	if (walk->at >= walk->until || walk->at + HEADER_LEN > walk->page->len)
		return false;
	*d = walk->page->data + walk->at;
	walk->at += HEADER_LEN + (size_t)(*d)[3];
	return walk->at <= walk->page->len;
}

/* False after the last. */
static bool walk_next(struct walk *walk, struct scsi_id *id)
{
	const size_t n = sizeof(preferences) / sizeof(preferences[0]);

	for (; walk->preference < n; walk->preference++) {
		const struct preference *wanted =
			&preferences[walk->preference];
		const uint8_t *d;

		while (walk_designator(walk, &d)) {
			if (!matches(d, wanted))
				continue;
			*id = designator_id(d, wanted, walk->standard);
			if (id->text[0])
				return true;
		}
		walk->at = HEADER_LEN;
	}
	return false;
}

/* What scsi_id chooses. */
static struct scsi_id choose(const struct vpd_page *page, size_t until,
			     const struct vpd_page *standard)
{
	struct walk walk = walk_begin(page, until, standard);
	struct scsi_id id;

	if (is_scsi2(page))
		return scsi2_id(page);
	if (walk_next(&walk, &id) &&
	    preferences[walk.preference].type != SCSI_NAME_STRING)
		return id;
	return (struct scsi_id){ "" };
}

/* ---- pages 0x80 and 0x00 ---- */

static struct scsi_id serial_id(const struct vpd_page *page,
				const struct vpd_page *standard)
{
	struct raw_id raw = { .len = 0 };

	if (page->len < HEADER_LEN || page->data[3] == 0 ||
	    page->len < HEADER_LEN + (size_t)page->data[3])
		return (struct scsi_id){ "" };
	add(&raw, "S", 1);
	if (!add_vendor_and_model(&raw, standard))
		return (struct scsi_id){ "" };
	add(&raw, page->data + HEADER_LEN, page->data[3]);
	return to_text(&raw);
}

/* Whether the list has this page. Some devices answer with the standard data:
 * then it is no list. */
static bool is_listed(const struct vpd_page *list,
		      const struct vpd_page *standard, uint8_t page)
{
	const size_t vendor_end = VENDOR_AT + VENDOR_LEN;
	size_t len;

	if (list->len < HEADER_LEN)
		return false;
	len = list->data[3];
	if (len > VPD_PAGE_LEN)
		return false;
	if (len > MODEL_LEN && list->len >= vendor_end &&
	    standard->len >= vendor_end &&
	    memcmp(list->data + VENDOR_AT, standard->data + VENDOR_AT,
		   VENDOR_LEN) == 0)
		return false;
	if (len > list->len - HEADER_LEN)
		len = list->len - HEADER_LEN;
	return memchr(list->data + HEADER_LEN, page, len);
}

/* ---- all ---- */

/* Adds a name that is not there yet. One that is nothing but its kind (an array
 * that answers with blanks) names no LUN. */
static void add_name(struct lun_names *names, size_t *used,
		     const struct scsi_id *id)
{
	size_t size = strlen(id->text) + 1;

	if (size <= 2 || lun_names_have(names, id->text) ||
	    *used + size >= sizeof(names->all))
		return;
	memcpy(names->all + *used, id->text, size);
	*used += size;
}

static void add_ids(struct lun_names *names, size_t *used,
		    const struct vpd_page *page, size_t until,
		    const struct vpd_page *standard)
{
	struct walk walk = walk_begin(page, until, standard);
	struct scsi_id id;

	if (is_scsi2(page)) {
		id = scsi2_id(page);
		add_name(names, used, &id);
		return;
	}
	while (walk_next(&walk, &id))
		add_name(names, used, &id);
}

/* The answer as scsi_id sees it; empty if it is another page. */
static struct vpd_page answer(const struct vpd_pages *pages,
			      enum vpd_question question)
{
	struct vpd_page page = pages->answers[question];

	if (page.len > VPD_PAGE_LEN)
		page.len = VPD_PAGE_LEN;
	if (question != VPD_STANDARD &&
	    (page.len < HEADER_LEN || page.data[1] != page_codes[question]))
		page.len = 0;
	return page;
}

/* Up to a NUL. */
static void take_text(char *to, const uint8_t *from, size_t len)
{
	for (size_t i = 0; i < len && from[i]; i++) {
		if (from[i] != ' ' && (from[i] < '\t' || from[i] > '\r'))
			*to++ = (char)from[i];
	}
	*to = '\0';
}

void vpd_vendor(const struct vpd_page *standard, char out[VPD_VENDOR_SIZE])
{
	bool whole = standard->len >= VENDOR_AT + VENDOR_LEN;

	take_text(out, standard->data + (whole ? VENDOR_AT : 0),
		  whole ? VENDOR_LEN : 0);
}

void vpd_serial(const struct vpd_page *page80, char out[VPD_SERIAL_SIZE])
{
	size_t len = 0;

	if (page80->len >= HEADER_LEN &&
	    page80->data[1] == page_codes[VPD_SERIAL]) {
		size_t have = (page80->len < VPD_PAGE_LEN ? page80->len
							  : VPD_PAGE_LEN) -
			      HEADER_LEN;

		len = get_be16(page80->data + 2);
		if (len > have)
			len = have;
	}
	take_text(out, page80->data + (len ? HEADER_LEN : 0), len);
}

void vpd_names(const struct vpd_pages *pages, struct lun_names *out)
{
	const struct vpd_page standard = answer(pages, VPD_STANDARD),
			      list = answer(pages, VPD_LIST),
			      serial = answer(pages, VPD_SERIAL),
			      ids = answer(pages, VPD_IDS);
	const struct scsi_id by_serial = serial_id(&serial, &standard);
	size_t used = 0, until = 0, old_until = 0;

	*out = (struct lun_names){ .all = "" };
	if (ids.len) {
		until = HEADER_LEN + (size_t)get_be16(ids.data + 2);
		old_until = HEADER_LEN + (size_t)ids.data[3];
	}
	if (is_listed(&list, &standard, page_codes[VPD_IDS])) {
		out->scsi_id = choose(&ids, until, &standard);
		out->old_scsi_id = choose(&ids, old_until, &standard);
	}
	if (is_listed(&list, &standard, page_codes[VPD_SERIAL])) {
		if (!out->scsi_id.text[0])
			out->scsi_id = by_serial;
		if (!out->old_scsi_id.text[0])
			out->old_scsi_id = by_serial;
	}
	add_ids(out, &used, &ids, until, &standard);
	add_name(out, &used, &by_serial);
}
