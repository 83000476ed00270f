// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A LUN's SCSIid: what `scsi_id -g` prints for it, white space to `_`.
 *
 * Out of the designators of VPD page 0x83 that belong to the LUN itself, the
 * first of the best kind: NAA 6 (IEEE registered extended), NAA 5 (IEEE
 * registered), any other NAA, EUI-64, T10 vendor id, vendor specific; binary
 * before ASCII within each. The id is a digit for the kind, then the designator
 * as it is (ASCII) or in hexadecimal (binary). A LUN without any of these goes
 * by its serial number, page 0x80, with `S` in front.
 *
 * Pure. Sources: SPC-4 7.8.6 (page 0x83), 7.8.18 (page 0x80), 6.4.2 (standard
 * INQUIRY); the behaviour of systemd's scsi_id and of SM's SCSIid_sanitise,
 * which strips the id and makes each run of white space one `_`.
 */
#ifndef FORMAT_VPD83_H
#define FORMAT_VPD83_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest id that scsi_id gives, with its NUL. */
#define SCSI_ID_SIZE 256

/* What scsi_id reads of each page. A designator that lies beyond does not count
 * for it, so neither does it here. */
#define VPD_PAGE_LEN 254

/* Vendor and model out of a standard INQUIRY: they make ids unique that are so
 * only for one model. Space-padded, no NUL. */
struct scsi_names {
	uint8_t vendor[8];
	uint8_t model[16];
};

enum scsi_id_result {
	SCSI_ID_NONE, /* no designator that counts, or not this page */
	SCSI_ID_FOUND,
	SCSI_ID_NEEDS_NAMES, /* there is one, but `names` was NULL */
};

/* The LUN is there and a disk: the first byte of any INQUIRY answer. */
bool scsi_inquiry_is_disk(const uint8_t *data, size_t len);

/* False if the answer is too short or the names are not text. */
bool scsi_names_from_inquiry(const uint8_t *data, size_t len,
			     struct scsi_names *names);

/* `page` is the whole answer, header included; `id` has SCSI_ID_SIZE bytes and
 * is set on SCSI_ID_FOUND only. It may hold any byte but NUL. */
enum scsi_id_result scsi_id_from_page83(const uint8_t *page, size_t len,
					const struct scsi_names *names,
					char *id);
enum scsi_id_result scsi_id_from_page80(const uint8_t *page, size_t len,
					const struct scsi_names *names,
					char *id);

#endif
