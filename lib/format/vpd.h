// SPDX-License-Identifier: LGPL-2.1-only
/*
 * VPD pages: what a LUN is called (base/scsi_id.h). Pure.
 *
 * scsi_id reads page 0x00 first: if 0x83 is in its list, it takes the first of
 * the best kind out of the designators of page 0x83 that belong to the LUN
 * itself: NAA 6 (IEEE registered extended), NAA 5 (IEEE registered), any other
 * NAA, EUI-64, T10 vendor id, vendor specific; binary before ASCII within each.
 * The id is a digit for the kind, then the designator as it is (ASCII) or in
 * hexadecimal (binary). Else, if 0x80 is in the list, `S`, vendor, model and
 * the serial number. Before systemd 243 it read only the low byte of page
 * 0x83's length: of a page over 255 bytes it saw a part.
 *
 * Sources: SPC-4 7.8.6 (page 0x83), 7.8.14 (0x00), 7.8.18 (0x80), 6.4.2
 * (standard INQUIRY); the behaviour of systemd's scsi_id, and of SM's
 * SCSIid_sanitise, which strips the id and makes each run of white space one
 * `_`.
 */
#ifndef FORMAT_VPD_H
#define FORMAT_VPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scsi_id.h"

/* What scsi_id reads of each page. A designator that lies beyond does not count
 * for it, so neither does it here. */
#define VPD_PAGE_LEN 254

enum vpd_question {
	VPD_LIST, /* page 0x00: for what scsi_id prints, not for the names */
	VPD_STANDARD, /* the standard INQUIRY */
	VPD_SERIAL,   /* page 0x80 */
	VPD_IDS,      /* page 0x83 */
	VPD_QUESTIONS
};

#define VPD_CDB_LEN 6

/* The INQUIRY that asks for VPD_PAGE_LEN bytes of it. */
void vpd_cdb(enum vpd_question question, uint8_t cdb[VPD_CDB_LEN]);

/* The whole answer, header included; no bytes: the LUN has no such page. Beyond
 * VPD_PAGE_LEN nothing is looked at. */
struct vpd_page {
	const uint8_t *data;
	size_t len;
};

struct vpd_pages {
	struct vpd_page answers[VPD_QUESTIONS];
};

/* The LUN is there and a disk: the first byte of any INQUIRY answer. */
bool scsi_inquiry_is_disk(const uint8_t *data, size_t len);

/* As SM shows them: without white space; empty if there is none. They may hold
 * any other byte. */
#define VPD_VENDOR_SIZE 9 /* with the NUL */
#define VPD_SERIAL_SIZE (VPD_PAGE_LEN - 3)
void vpd_vendor(const struct vpd_page *standard, char out[VPD_VENDOR_SIZE]);
void vpd_serial(const struct vpd_page *page80, char out[VPD_SERIAL_SIZE]);

/* All names that the pages give. A page that is missing or broken gives none;
 * so does, of those with vendor and model in front, a standard INQUIRY that is
 * none. */
void vpd_names(const struct vpd_pages *pages, struct lun_names *out);

#endif
