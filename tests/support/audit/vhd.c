// SPDX-License-Identifier: LGPL-2.1-only
/*
 * VHDs (blktap include/vhd.h): where they name their parents, and whether the
 * names of the result lead where those of the original did.
 */
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "bytes.h"

#define HEADER	     1024
#define HEADER_SUM   36
#define NAME_AT	     64
#define NAME_LEN     512
#define LOCATORS_AT  576
#define LOCATOR_LEN  24
#define DIFFERENCING 4

static bool is_footer(const uint8_t *sector)
{
	return memcmp(sector, "conectix", 8) == 0 && be32(sector + 60) >= 2 &&
	       be32(sector + 60) <= 4 &&
	       be32(sector + 64) == vhd_sum(sector, SECTOR, 64);
}

/* The footer as libvhd finds it: at the end, else the copy; type 0 and a header
 * at 512 if there is none. */
static void read_footer(const struct side *side, const struct lv *lv,
			uint64_t *header_at, uint32_t *type)
{
	uint8_t sector[SECTOR];

	lv_read(side, lv, lv->size - SECTOR, sector, SECTOR);
	if (!is_footer(sector))
		lv_read(side, lv, 0, sector, SECTOR);
	*type = is_footer(sector) ? be32(sector + 60) : 0;
	*header_at = *type ? be64(sector + 16) : SECTOR;
}

/* Where the dynamic header is; 0 if the LV holds no VHD that has one. */
static uint64_t header_place(const struct side *side, const struct lv *lv,
			     uint32_t *type)
{
	uint8_t cookie[8];
	uint64_t at;

	read_footer(side, lv, &at, type);
	if (*type == 2 || at < SECTOR || at > lv->size - HEADER)
		return 0;
	lv_read(side, lv, at, cookie, sizeof(cookie));
	return memcmp(cookie, "cxsparse", 8) == 0 ? at : 0;
}

bool vhd_locator(const uint8_t *header, int i, uint64_t *at, size_t *len,
		 enum coding *coding)
{
	const uint8_t *p = header + LOCATORS_AT + i * LOCATOR_LEN;

	*len = be32(p + 8);
	*at = be64(p + 16);
	if (memcmp(p, "MacX", 4) == 0)
		*coding = ASCII;
	else if (memcmp(p, "W2ku", 4) == 0 || memcmp(p, "W2ru", 4) == 0)
		*coding = UTF16LE;
	else
		return false;
	return *len != 0;
}

void list_vhd(struct audit *a, const struct lv *old, const struct lv *new)
{
	uint8_t header[HEADER];
	uint32_t type;
	uint64_t header_at = header_place(&a->old, old, &type);

	if (!header_at)
		return;
	lv_read(&a->old, old, header_at, header, sizeof(header));
	add_site(&a->sites, old, new, header_at + NAME_AT, NAME_LEN, UTF16BE,
		 "parent name");
	add_site(&a->headers, old, new, header_at, HEADER, BINARY, "header");
	for (int i = 0; i < VHD_LOCATORS; i++) {
		enum coding coding;
		uint64_t at;
		size_t len;
		char what[32];

		if (!vhd_locator(header, i, &at, &len, &coding))
			continue;
		snprintf(what, sizeof(what), "locator %d", i);
		add_site(&a->sites, old, new, at, len, coding, what);
	}
}

/* ---- the result by itself ---- */

static void find_uuids(const struct side *side, const struct lv *lv,
		       uint64_t at, size_t len, enum coding coding,
		       struct id16 *vdi, bool *any, const struct id16 *sr)
{
	uint8_t bytes[4096];
	char text[4096];
	size_t n = 0;
	size_t step = coding == ASCII ? 1 : 2, low = coding == UTF16BE ? 1 : 0;

	if (len > sizeof(bytes))
		len = sizeof(bytes);
	lv_read(side, lv, at, bytes, len);
	for (size_t i = low; i < len && bytes[i]; i += step)
		text[n++] = (char)bytes[i];
	for (size_t i = 0; i < n; i++) {
		struct id16 id;

		if (!uuid_here(text, n, i, &id))
			continue;
		if (is_sr_context(text, i)) {
			if (sr && memcmp(&id, sr, sizeof(id)) != 0)
				problem("%s: a parent name is of SR %.40s",
					lv->name, text + i);
			continue;
		}
		if (*any && memcmp(vdi, &id, sizeof(id)) != 0 && sr)
			problem("%s: its parent names disagree", lv->name);
		*vdi = id;
		*any = true;
	}
}

/* The VDI in the parent names; false if the VHD has none. With `sr` the names
 * are judged too. */
static bool get_parent(const struct side *side, const struct lv *lv,
		       struct id16 *vdi, const struct id16 *sr)
{
	uint8_t header[HEADER];
	uint32_t type;
	uint64_t header_at, at;
	bool any = false;
	size_t len;

	if (lv->kind == QCOW2) {
		if (!qcow2_backing(side, lv, &at, &len))
			return false;
		find_uuids(side, lv, at, len, ASCII, vdi, &any, sr);
		return any;
	}
	header_at = header_place(side, lv, &type);
	if (!header_at || (type && type != DIFFERENCING))
		return false;
	lv_read(side, lv, header_at, header, sizeof(header));
	find_uuids(side, lv, header_at + NAME_AT, NAME_LEN, UTF16BE, vdi, &any,
		   sr);
	for (int i = 0; i < VHD_LOCATORS; i++) {
		enum coding coding;

		if (vhd_locator(header, i, &at, &len, &coding))
			find_uuids(side, lv, at, len, coding, vdi, &any, sr);
	}
	return any;
}

bool vhd_parent(const struct side *side, const struct lv *lv, struct id16 *vdi)
{
	return (lv->kind == VHD || lv->kind == QCOW2) &&
	       get_parent(side, lv, vdi, NULL);
}

static bool has_vdi(const struct side *side, const struct id16 *vdi)
{
	static const char *const prefixes[] = { "VHD-", "QCOW2-", "LV-" };
	char name[64];

	for (int i = 0; i < 3; i++) {
		size_t n = strlen(prefixes[i]);

		memcpy(name, prefixes[i], n);
		uuid_write(vdi, UUID_PLAIN, name + n);
		name[n + UUID_PLAIN] = 0;
		if (find_lv(side, name))
			return true;
	}
	return false;
}

static bool sum_is_right(const struct side *side, const struct lv *lv)
{
	uint8_t header[HEADER];
	uint32_t type;
	uint64_t at = header_place(side, lv, &type);

	if (!at)
		return true;
	lv_read(side, lv, at, header, sizeof(header));
	return be32(header + HEADER_SUM) == vhd_sum(header, HEADER, HEADER_SUM);
}

void check_parents(const struct audit *a)
{
	for (size_t i = 0; i < a->old.lv_count; i++) {
		const struct lv *old = &a->old.lvs[i], *new = &a->new.lvs[i];
		struct id16 was, is, must;
		bool had;

		if (old->kind != VHD && old->kind != QCOW2)
			continue;
		if (old->kind == VHD && !sum_is_right(&a->new, new) &&
		    sum_is_right(&a->old, old))
			problem("%s: its header's checksum is wrong",
				new->name);
		had = get_parent(&a->old, old, &was, NULL);
		if (had != get_parent(&a->new, new, &is, &a->new_sr)) {
			problem("%s: it lost or gained a parent", new->name);
			continue;
		}
		if (!had)
			continue;
		if (!ids_find(&was, &must) ||
		    memcmp(&must, &is, sizeof(is)) != 0)
			problem("%s: its parent is not the mapped one",
				new->name);
		if (has_vdi(&a->old, &was) != has_vdi(&a->new, &is))
			problem("%s: its parent %s an LV, and did%s", new->name,
				has_vdi(&a->new, &is) ? "names" : "names no",
				has_vdi(&a->old, &was) ? "" : " not");
	}
}
