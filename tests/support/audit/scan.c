// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A search for old identifiers in all that is live in the result. It asks
 * nothing of the structures but where they are, so that an identifier in a
 * place that nobody thought of is found too.
 */
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "bytes.h"

#define VHD_HEAD   1536 /* footer copy and header */
#define QCOW2_HEAD 4096 /* header, extensions, backing file's name */

void scan_text(const char *text, size_t len, const char *where)
{
	for (size_t i = 0; i < len; i++) {
		struct id16 id;
		enum uuid_form form = uuid_here(text, len, i, &id);

		if (form && ids_is_old(&id))
			problem("%s, byte %zu: an old uuid: %.*s", where, i,
				(int)form, text + i);
	}
}

/* Text in one byte a character, in UTF-16 of either order at either parity,
 * and raw uuids. */
void scan_bytes(const uint8_t *bytes, size_t len, const char *where)
{
	char *every_other = get_memory(len);

	scan_text((const char *)bytes, len, where);
	for (size_t parity = 0; parity < 2; parity++) {
		size_t n = 0;

		for (size_t i = parity; i < len; i += 2)
			every_other[n++] = (char)bytes[i];
		scan_text(every_other, n, where);
	}
	for (size_t i = 0; i + 16 <= len; i++) {
		struct id16 id;

		memcpy(id.b, bytes + i, sizeof(id.b));
		if (ids_is_old(&id))
			problem("%s, byte %zu: an old uuid, 16 raw bytes",
				where, i);
	}
	free(every_other);
}

void scan_lv(const struct side *side, const struct lv *lv, uint64_t at,
	     uint64_t len)
{
	uint8_t *bytes;

	if (at >= lv->size)
		return;
	if (len > lv->size - at)
		len = lv->size - at;
	bytes = get_memory(len);
	lv_read(side, lv, at, bytes, len);
	scan_bytes(bytes, len, lv->name);
	free(bytes);
}

/* All but the labels, which are the user's: they may say anything. */
static void scan_mgt(const struct side *side, const struct lv *lv)
{
	uint64_t len = mgt_in_use(side, lv);

	if (!len)
		return;
	scan_lv(side, lv, 0, 2 * SECTOR);
	for (uint64_t at = 5 * SECTOR; at < len; at += 2 * SECTOR)
		scan_lv(side, lv, at, len - at < SECTOR ? len - at : SECTOR);
}

void scan_live(const struct audit *a)
{
	for (size_t i = 0; i < a->new.lv_count; i++) {
		const struct lv *lv = &a->new.lvs[i];

		if (lv->kind == MGT)
			scan_mgt(&a->new, lv);
		else if (lv->kind == VHD)
			scan_lv(&a->new, lv, 0, VHD_HEAD);
		else if (lv->kind == QCOW2)
			scan_lv(&a->new, lv, 0, QCOW2_HEAD);
		else if (lv->kind == CBTLOG)
			scan_lv(&a->new, lv, 0, 32);
	}
	/* Wherever an identifier was: with what stands around it. */
	for (size_t i = 0; i < a->sites.count; i++) {
		const struct site *s = &a->sites.items[i];

		if (s->old->kind != MGT)
			scan_lv(&a->new, s->new, s->at, s->len);
	}
}
