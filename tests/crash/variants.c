// SPDX-License-Identifier: LGPL-2.1-only
#include "variants.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "format/lvm_label.h"
#include "format/lvm_map.h"
#include "format/lvm_mda.h"
#include "format/lvm_vg.h"

#define AREA_SIZE_AT  32 /* in an mda_header */
#define AREA_START_AT 24
#define SECOND_AREA   (1u << 20)

const char *const variant_names[VARIANTS] = {
	"plain",      "wrapped",   "at-end",	"small-ring",
	"tight-ring", "two-areas", "full-ring",
};

struct lvm {
	struct sim_base *base;
	struct lvm_label label;
	struct lvm_mda mda;
	uint8_t header[LVM_MDA_HEADER_SIZE];
	uint8_t *text;
};

static void get(const struct sim_base *base, uint64_t at, uint8_t *to,
		size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = sim_base_sector(base,
					(at + i) / SECTOR)[(at + i) % SECTOR];
}

static void put(struct sim_base *base, uint64_t at, const uint8_t *from,
		size_t len)
{
	while (len) {
		size_t in = (size_t)(at % SECTOR);
		size_t n = SECTOR - in < len ? SECTOR - in : len;
		uint8_t sector[SECTOR];

		memcpy(sector, sim_base_sector(base, at / SECTOR), SECTOR);
		memcpy(sector + in, from, n);
		sectors_put(&base->changed, at / SECTOR, sector);
		at += n;
		from += n;
		len -= n;
	}
}

static bool open_lvm(struct sim_base *base, struct lvm *lvm)
{
	uint8_t head[LVM_LABEL_SCAN_BYTES];
	struct lvm_mda_piece pieces[2];
	struct error err;
	uint8_t *to;
	unsigned n;

	lvm->base = base;
	get(base, 0, head, sizeof(head));
	if (lvm_label_find(head, &lvm->label, &err) ||
	    lvm->label.mda_count != 1)
		return false;
	get(base, lvm->label.mdas[0].offset, lvm->header, sizeof(lvm->header));
	if (lvm_mda_parse(lvm->header, &lvm->label.mdas[0], base->size,
			  &lvm->mda, &err))
		return false;
	lvm->text = to = must_have(malloc(lvm->mda.text.size));
	n = lvm_mda_pieces(&lvm->mda, lvm->mda.text.offset, lvm->mda.text.size,
			   pieces);
	for (unsigned i = 0; i < n; i++) {
		get(base, pieces[i].offset, to, pieces[i].len);
		to += pieces[i].len;
	}
	return true;
}

/* Text, and header as it is in lvm->header, of the area lvm->mda. */
static void put_text(struct lvm *lvm, uint64_t offset)
{
	struct lvm_raw_locn locn = lvm->mda.text;
	struct lvm_mda_piece pieces[2];
	const uint8_t *from = lvm->text;
	unsigned n = lvm_mda_pieces(&lvm->mda, offset, locn.size, pieces);

	for (unsigned i = 0; i < n; i++) {
		put(lvm->base, pieces[i].offset, from, pieces[i].len);
		from += pieces[i].len;
	}
	locn.offset = offset;
	lvm_mda_set_text(&locn, lvm->header);
	put(lvm->base, lvm->mda.area.offset, lvm->header, sizeof(lvm->header));
}

/* A ring so small that the text, in its middle, fits on neither side. */
static void small_ring(struct lvm *lvm)
{
	uint64_t text = (lvm->mda.text.size + 4095) / 4096 * 4096;
	uint64_t size = 3 * text + 4096;

	if (size < 10 * 4096)
		size = 10 * 4096;
	put_le64(lvm->header + AREA_SIZE_AT, size);
	lvm->mda.area.size = size;
	put_text(lvm, (size - text) / 2 / 4096 * 4096 + LVM_MDA_HEADER_SIZE);
}

static bool has_free_extents(const struct lvm *lvm)
{
	struct lvm_text tree;
	struct error err;
	struct lvm_vg vg;
	bool has = false;

	if (lvm_text_parse((const char *)lvm->text, lvm->mda.text.size, &tree,
			   &err))
		return false;
	if (!lvm_vg_parse(&tree, &vg, &err)) {
		has = lvm_map_free_run(&vg, lvm->base->size).size > 0;
		lvm_vg_free(&vg);
	}
	lvm_text_free(&tree);
	return has;
}

/* Just as large as the text. False if there is no other place for a journal. */
static bool full_ring(struct lvm *lvm)
{
	uint64_t size = (lvm->mda.text.size + SECTOR - 1) / SECTOR * SECTOR;

	if (!has_free_extents(lvm))
		return false;
	lvm->mda.area.size = LVM_MDA_HEADER_SIZE + size;
	put_le64(lvm->header + AREA_SIZE_AT, lvm->mda.area.size);
	put_text(lvm, LVM_MDA_HEADER_SIZE);
	return true;
}

/* Eight times the text, which is at its start; nothing was ever behind it. */
static void tight_ring(struct lvm *lvm)
{
	static const uint8_t zeros[SECTOR];
	uint64_t size = 8 * ((lvm->mda.text.size + 4095) / 4096 * 4096);

	put_le64(lvm->header + AREA_SIZE_AT, size);
	lvm->mda.area.size = size;
	for (uint64_t at = LVM_MDA_HEADER_SIZE; at < size; at += SECTOR)
		put(lvm->base, lvm->mda.area.offset + at, zeros, SECTOR);
	put_text(lvm, LVM_MDA_HEADER_SIZE);
}

/* The label's list of metadata areas gets one more; the extension behind it
 * moves on. */
static void two_areas(struct lvm *lvm)
{
	uint8_t sector[SECTOR];
	uint64_t at = (uint64_t)lvm->label.sector * SECTOR;
	size_t list;

	get(lvm->base, at, sector, sizeof(sector));
	list = lvm->label.pv_id_at + LVM_ID_LEN + 8;
	while (get_le64(sector + list))
		list += 16;
	list += 32; /* past the end of data areas and the one metadata area */
	memmove(sector + list + 16, sector + list, SECTOR - list - 16);
	put_le64(sector + list, lvm->base->size - SECOND_AREA);
	put_le64(sector + list + 8, SECOND_AREA);
	lvm_label_set_pv_id(&lvm->label, &lvm->label.pv_id, sector);
	put(lvm->base, at, sector, sizeof(sector));

	lvm->mda.area =
		(struct lvm_area){ lvm->base->size - SECOND_AREA, SECOND_AREA };
	put_le64(lvm->header + AREA_START_AT, lvm->mda.area.offset);
	put_le64(lvm->header + AREA_SIZE_AT, lvm->mda.area.size);
	put_text(lvm, LVM_MDA_HEADER_SIZE);
}

bool variant_make(struct sim_base *base, enum variant variant, const char **why)
{
	struct lvm lvm = { 0 };
	uint64_t size;
	bool can = true;

	sectors_clear(&base->changed);
	if (!open_lvm(base, &lvm)) {
		*why = "not a PV with one metadata area";
		return false;
	}
	size = lvm.mda.area.size;
	switch (variant) {
	case VARIANT_PLAIN:
		break;
	case VARIANT_WRAPPED:
		put_text(&lvm, size - lvm.mda.text.size / 2 / SECTOR * SECTOR);
		break;
	case VARIANT_AT_END:
		put_text(&lvm,
			 (size - lvm.mda.text.size - SECTOR) / SECTOR * SECTOR);
		break;
	case VARIANT_SMALL_RING:
		small_ring(&lvm);
		break;
	case VARIANT_TIGHT_RING:
		tight_ring(&lvm);
		break;
	case VARIANT_TWO_AREAS:
		two_areas(&lvm);
		break;
	case VARIANT_FULL_RING:
		can = full_ring(&lvm);
		*why = "no room for a journal but in its ring";
		break;
	}
	free(lvm.text);
	return can;
}
