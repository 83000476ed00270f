// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The LVM2 label: the sector that makes a block device a PV.
 *
 * Source: lvm2 lib/label/label.h (label_header), lib/format_text/layout.h
 * (pv_header, disk_locn, pv_header_extension). One of the first four 512-byte
 * sectors; little-endian:
 *
 *   0   "LABELONE"          8   u64 number of this sector
 *   16  u32 crc of bytes 20..511
 *   20  u32 offset of pv_header in the sector
 *   24  "LVM2 001"
 *   pv_header: 32 characters PV id, u64 device size in bytes, data areas
 *   {u64 offset, u64 size} up to one with offset 0, metadata areas likewise,
 *   then an extension that holds no identifier.
 */
#ifndef FORMAT_LVM_LABEL_H
#define FORMAT_LVM_LABEL_H

#include <stdint.h>

#include "base/error.h"
#include "base/uuid.h"

#define LVM_SECTOR_SIZE	       512
#define LVM_LABEL_SCAN_SECTORS 4
#define LVM_LABEL_SCAN_BYTES   (LVM_LABEL_SCAN_SECTORS * LVM_SECTOR_SIZE)

/* LVM itself writes at most two: one at each end of the PV. */
#define LVM_MAX_MDAS 2

struct lvm_area {
	uint64_t offset; /* bytes from the start of the LUN */
	uint64_t size;	 /* bytes; 0 in a data area means "to the end" */
};

struct lvm_label {
	unsigned sector; /* 0..3 */
	struct lvm_id pv_id;
	struct lvm_area mdas[LVM_MAX_MDAS];
	unsigned mda_count;

	unsigned pv_id_at; /* where the PV id lies in the sector */
};

/* Finds the label in the first LVM_LABEL_SCAN_BYTES of a LUN: the first sector
 * whose label is sound, as LVM does. ERROR_LUN_CONTENT otherwise, with words
 * for what is there instead. */
int lvm_label_find(const uint8_t *head, struct lvm_label *out,
		   struct error *err);

/* Puts a new PV id and checksum into the label's own sector (512 bytes). */
void lvm_label_set_pv_id(const struct lvm_label *label,
			 const struct lvm_id *pv_id, uint8_t *sector);

#endif
