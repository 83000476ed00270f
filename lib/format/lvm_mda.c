// SPDX-License-Identifier: LGPL-2.1-only
#include "format/lvm_mda.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"

enum {
	MAGIC_AT = 4,
	VERSION_AT = 20,
	START_AT = 24,
	SIZE_AT = 32,
	SLOTS_AT = 40,
	SLOT_SIZE = 24,
};

#define RAW_LOCN_IGNORED 1u

static const char magic[] = " LVM2 x[5A%r0N*>";

static uint32_t header_crc(const uint8_t *header)
{
	return lvm_crc(LVM_CRC_INITIAL, header + MAGIC_AT,
		       LVM_MDA_HEADER_SIZE - MAGIC_AT);
}

static struct lvm_raw_locn get_slot(const uint8_t *slot)
{
	return (struct lvm_raw_locn){
		.offset = get_le64(slot),
		.size = get_le64(slot + 8),
		.crc = get_le32(slot + 16),
		.flags = get_le32(slot + 20),
	};
}

static void put_slot(uint8_t *slot, const struct lvm_raw_locn *locn)
{
	put_le64(slot, locn->offset);
	put_le64(slot + 8, locn->size);
	put_le32(slot + 16, locn->crc);
	put_le32(slot + 20, locn->flags);
}

static int damaged(struct error *err, const struct lvm_area *area,
		   const char *what)
{
	return error_set(err, ERROR_LUN_CONTENT,
			 "the LVM metadata area at byte %" PRIu64
			 " is damaged: %s; " MAKE_NEW_CLONE,
			 area->offset, what);
}

int lvm_mda_parse(const uint8_t *header, const struct lvm_area *area,
		  uint64_t lun_size, struct lvm_mda *out, struct error *err)
{
	struct lvm_mda mda = { .area = *area };
	uint64_t ring;

	if (get_le32(header) != header_crc(header))
		return damaged(err, area, "its header's checksum is wrong");
	if (memcmp(header + MAGIC_AT, magic, sizeof(magic) - 1) != 0)
		return damaged(err, area, "its header has no LVM2 magic");
	if (get_le32(header + VERSION_AT) != 1)
		return damaged(err, area, "its version is not 1");
	if (get_le64(header + START_AT) != area->offset)
		return damaged(err, area, "it says it starts elsewhere");

	/* pvresize and pvchange keep the header's size right; the label's may
	 * be older. LVM goes by the header (format-text.c), so do we. */
	mda.area.size = get_le64(header + SIZE_AT);
	if (area->offset % LVM_SECTOR_SIZE ||
	    mda.area.size <= LVM_MDA_HEADER_SIZE ||
	    mda.area.size % LVM_SECTOR_SIZE || mda.area.offset > lun_size ||
	    mda.area.size > lun_size - mda.area.offset)
		return damaged(err, area, "its size does not fit the LUN");

	mda.text = get_slot(header + SLOTS_AT);
	mda.ignored = mda.text.flags & RAW_LOCN_IGNORED;
	ring = mda.area.size - LVM_MDA_HEADER_SIZE;
	if (mda.text.offset &&
	    (mda.text.offset < LVM_MDA_HEADER_SIZE ||
	     mda.text.offset >= mda.area.size || mda.text.size < 2 ||
	     mda.text.size > ring || mda.text.size > LVM_MAX_TEXT))
		return damaged(err, area,
			       "its VG text lies outside it, or is longer "
			       "than any");
	*out = mda;
	return 0;
}

unsigned lvm_mda_pieces(const struct lvm_mda *mda, uint64_t offset,
			uint64_t size, struct lvm_mda_piece pieces[2])
{
	uint64_t to_end = mda->area.size - offset;

	pieces[0].offset = mda->area.offset + offset;
	if (size <= to_end) {
		pieces[0].len = size;
		return 1;
	}
	pieces[0].len = to_end;
	pieces[1].offset = mda->area.offset + LVM_MDA_HEADER_SIZE;
	pieces[1].len = size - to_end;
	return 2;
}

bool lvm_mda_is_free(const struct lvm_mda *mda, uint64_t offset, uint64_t len)
{
	struct lvm_mda_piece live[2];
	unsigned n = 0;

	if (mda->text.offset)
		n = lvm_mda_pieces(mda, mda->text.offset, mda->text.size, live);
	for (unsigned i = 0; i < n; i++) {
		if (ranges_meet(live[i].offset, live[i].len, offset, len))
			return false;
	}
	return true;
}

void lvm_mda_set_text(const struct lvm_raw_locn *text, uint8_t *header)
{
	static const struct lvm_raw_locn none;

	put_slot(header + SLOTS_AT, text);
	put_slot(header + SLOTS_AT + SLOT_SIZE, &none);
	put_le32(header, header_crc(header));
}

static uint64_t round_up(uint64_t n, uint32_t to)
{
	return (n + to - 1) / to * to;
}

struct lvm_area lvm_ring_free_run(const struct lvm_mda *mda,
				  struct lvm_area but, uint32_t block_size)
{
	uint64_t from = mda->area.offset + LVM_MDA_HEADER_SIZE;
	uint64_t to = mda->area.offset + mda->area.size;
	struct lvm_mda_piece taken[3];
	struct lvm_area best = { 0 };
	unsigned n = 0;

	if (mda->text.offset)
		n = lvm_mda_pieces(mda, mda->text.offset, mda->text.size,
				   taken);
	taken[n++] = (struct lvm_mda_piece){ but.offset, but.size };

	/* From each place where a free run can begin to the next thing that
	 * is taken. Of runs as long, the first found: behind the text, as LVM
	 * itself would go on. */
	for (unsigned i = 0; i <= n; i++) {
		uint64_t begin = i < n ? taken[i].offset + taken[i].len : from;
		uint64_t stop = to;

		if (begin < from)
			continue;

		for (unsigned j = 0; j < n; j++) {
			uint64_t taken_to = taken[j].offset + taken[j].len;

			if (taken[j].offset >= begin && taken[j].offset < stop)
				stop = taken[j].offset;
			else if (taken[j].offset < begin && taken_to > begin)
				stop = begin;
		}
		begin = round_up(begin, block_size);
		stop = stop / block_size * block_size;
		if (stop > begin && stop - begin > best.size)
			best = (struct lvm_area){ begin, stop - begin };
	}
	return best;
}
