// SPDX-License-Identifier: LGPL-2.1-only
#include "format/lvm_label.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"

enum {
	CRC_AT = 16,
	CRC_FROM = 20,
	PV_HEADER_OFFSET_AT = 20,
	TYPE_AT = 24,
	LABEL_HEADER_SIZE = 32,
	DISK_LOCN_SIZE = 16,
};

static uint32_t label_crc(const uint8_t *sector)
{
	return lvm_crc(LVM_CRC_INITIAL, sector + CRC_FROM,
		       LVM_SECTOR_SIZE - CRC_FROM);
}

static bool has_label_magic(const uint8_t *sector)
{
	return memcmp(sector, "LABELONE", 8) == 0;
}

static int parse_pv_header(const uint8_t *sector, struct lvm_label *label,
			   struct error *err)
{
	uint32_t at = get_le32(sector + PV_HEADER_OFFSET_AT);
	bool in_data_areas = true;

	if (at < LABEL_HEADER_SIZE ||
	    at > LVM_SECTOR_SIZE - LVM_ID_LEN - sizeof(uint64_t))
		return error_set(err, ERROR_LUN_CONTENT,
				 "the LVM label's pv_header offset %" PRIu32
				 " lies outside its sector; " MAKE_NEW_CLONE,
				 at);
	if (!lvm_id_from_chars((const char *)sector + at, &label->pv_id))
		return error_set(err, ERROR_LUN_CONTENT,
				 "the LVM label's PV id is not an LVM "
				 "id; " MAKE_NEW_CLONE);
	label->pv_id_at = at;
	at += LVM_ID_LEN + sizeof(uint64_t);

	/* Two lists, each ended by an entry whose offset is zero. */
	for (;; at += DISK_LOCN_SIZE) {
		uint64_t offset, size;

		if (at > LVM_SECTOR_SIZE - DISK_LOCN_SIZE)
			return error_set(err, ERROR_LUN_CONTENT,
					 "the LVM label's list of areas runs "
					 "past its sector; " MAKE_NEW_CLONE);
		offset = get_le64(sector + at);
		size = get_le64(sector + at + 8);
		if (offset == 0 && !in_data_areas)
			return 0;
		if (offset == 0) {
			in_data_areas = false;
			continue;
		}
		if (in_data_areas)
			continue;
		if (label->mda_count == LVM_MAX_MDAS)
			return error_set(err, ERROR_LUN_CONTENT,
					 "the LVM label names more than %d "
					 "metadata areas",
					 LVM_MAX_MDAS);
		label->mdas[label->mda_count++] =
			(struct lvm_area){ .offset = offset, .size = size };
	}
}

static bool has_boot_mark(const uint8_t *head)
{
	return memcmp(head + 510, "\x55\xaa", 2) == 0;
}

/* What a person may have here by mistake, told by its own magic number. */
static const char *describe_other_content(const uint8_t *head)
{
	static const uint8_t zeros[LVM_LABEL_SCAN_BYTES];
	/* ext2/3/4: the superblock is at 1024, its magic at 56 in it. */
	static const uint8_t ext_magic[2] = { 0x53, 0xef };

	if (memcmp(head, zeros, sizeof(zeros)) == 0)
		return "its first sectors are empty";
	if (memcmp(head + 512, "EFI PART", 8) == 0)
		return "it holds a GPT partition table";
	if (memcmp(head + 1024 + 56, ext_magic, sizeof(ext_magic)) == 0)
		return "it holds an ext2/ext3/ext4 filesystem";
	if (memcmp(head, "XFSB", 4) == 0)
		return "it holds an XFS filesystem";
	if (memcmp(head + 3, "NTFS    ", 8) == 0)
		return "it holds an NTFS filesystem";
	if (has_boot_mark(head))
		return "it holds a partition table or boot sector";
	return "it holds data of a kind not known here";
}

/* As LVM itself judges (lvm2 lib/device/dev-type.c, _has_partition_table): what
 * is before the label, and what it then takes no PV on. */
static bool is_partitioned(const uint8_t *head)
{
	bool any = false;

	if (memcmp(head + 512, "EFI PART", 8) == 0)
		return true;
	if (!has_boot_mark(head))
		return false;
	for (unsigned i = 0; i < 4; i++) {
		const uint8_t *entry = head + 446 + 16 * i;

		if (entry[0] & 0x7f)
			return false;
		any |= get_le32(entry + 12) != 0;
	}
	return any;
}

/* What LVM passes a disk over for before it looks for a label (lvm2
 * lib/filters/filter-signature.c, filter-md.c); NULL if there is no such. */
static const char *what_hides(const uint8_t *head)
{
	if (get_le32(head) == 0xa92b4efc)
		return "a superblock of Linux software RAID";
	if (memcmp(head, "HM\1\0", 4) == 0 || memcmp(head, "HM\2\0", 4) == 0)
		return "an LVM1 signature";
	return NULL;
}

int lvm_label_find(const uint8_t *head, struct lvm_label *out,
		   struct error *err)
{
	const char *broken = NULL;

	for (unsigned i = 0; i < LVM_LABEL_SCAN_SECTORS; i++) {
		const uint8_t *sector = head + i * LVM_SECTOR_SIZE;
		struct lvm_label label = { .sector = i };

		if (!has_label_magic(sector))
			continue;
		if (get_le64(sector + 8) != i)
			broken = "it says it belongs in another sector";
		else if (get_le32(sector + CRC_AT) != label_crc(sector))
			broken = "its checksum is wrong";
		else if (memcmp(sector + TYPE_AT, "LVM2 001", 8) != 0)
			broken = "its type is not LVM2 001";
		else if (is_partitioned(head))
			return error_set(
				err, ERROR_LUN_CONTENT,
				"there is a partition table before the LVM "
				"label: LVM calls the LUN partitioned, and no "
				"host takes it; wipe the table on the original "
				"if it is not needed (sfdisk --delete), "
				"then " MAKE_NEW_CLONE);
		else if (what_hides(head))
			return error_set(
				err, ERROR_LUN_CONTENT,
				"there is %s at the LUN's beginning, before "
				"the LVM label: LVM passes it over, and no "
				"host takes it; wipe it on the original if it "
				"is not needed, then " MAKE_NEW_CLONE,
				what_hides(head));
		else if (parse_pv_header(sector, &label, err))
			return -1;
		else {
			*out = label;
			return 0;
		}
	}
	if (broken)
		return error_set(
			err, ERROR_LUN_CONTENT,
			"the LVM label is damaged: %s; " MAKE_NEW_CLONE,
			broken);
	return error_set(err, ERROR_LUN_CONTENT,
			 "no LVM label on this LUN: %s; give the clone of a "
			 "LUN that holds an lvmoiscsi SR",
			 describe_other_content(head));
}

void lvm_label_set_pv_id(const struct lvm_label *label,
			 const struct lvm_id *pv_id, uint8_t *sector)
{
	memcpy(sector + label->pv_id_at, pv_id->chars, LVM_ID_LEN);
	put_le32(sector + CRC_AT, label_crc(sector));
}
