// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A small SR in memory, byte for byte as LVM and SM would lay it out, made with
 * encoders and checksums of the tests' own: nothing of lib/ makes what lib/ is
 * tested with.
 *
 * 256 KiB: label, one or two metadata areas, then 40 extents of 4 KiB that hold
 * MGT (in two pieces), a base VHD with two differencing children (one names its
 * parent plainly, one as device-mapper does), a raw VDI, two cbt logs, two
 * journals and one LV that is not SM's.
 */
#ifndef TESTS_UNIT_SR_BUILDER_H
#define TESTS_UNIT_SR_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SR_SIZE	    (256u * 1024)
#define SR_EXTENT   4096u
#define SR_EXTENTS  40u
#define SR_PE_START 65536u
#define SR_MDA_AT   4096u
#define SR_MDA_SIZE (SR_PE_START - SR_MDA_AT)
/* The second area, behind the data, as LVM puts it at a PV's end. */
#define SR_MDA2_AT   (SR_PE_START + SR_EXTENTS * SR_EXTENT)
#define SR_MDA2_SIZE (SR_SIZE - SR_MDA2_AT)

#define SR_UUID	   "11111111-aaaa-4111-8111-0123456789ab"
#define BASE_UUID  "22222222-bbbb-4222-8222-0123456789ab"
#define CHILD_UUID "33333333-cccc-4333-8333-0123456789ab"
#define OTHER_UUID "44444444-dddd-4444-8444-0123456789ab"
#define RAW_UUID   "55555555-eeee-4555-8555-0123456789ab"
#define STALE_UUID "66666666-ffff-4666-8666-0123456789ab"
#define HOST_UUID  "77777777-abcd-4777-8777-0123456789ab"
/* A QCOW2 image and one that is based on it, where they are asked for. */
#define QCOW2_UUID "88888888-abcd-4888-8888-0123456789ab"
#define CLONE_UUID "99999999-abcd-4999-8999-0123456789ab"

#define SR_PV_ID   "PvPvPv-0123-4567-89ab-cdef-ghij-klmnop"
#define SR_VG_ID   "VgVgVg-0123-4567-89ab-cdef-ghij-klmnop"
#define SR_VG_NAME "VG_XenStorage-" SR_UUID
#define SR_SEQNO   42

/* LUN offsets of the first byte of an extent. */
#define SR_AT(extent) (SR_PE_START + (extent)*SR_EXTENT)

/* Where things are, by extent. */
enum {
	SR_MGT_1 = 9, /* the first extent of MGT */
	SR_MGT_2 = 3, /* and the other three */
	SR_BASE = 12,
	SR_CHILD = 14,
	SR_OTHER = 16,
	SR_RAW = 20,
	SR_CBT_BASE = 22,
	SR_CBT_CHILD = 23,
	SR_JOURNAL = 25,
	SR_FOREIGN = 27,
	SR_QCOW2 = 32,
	SR_CLONE = 34,
	SR_TRIM = 36,
};

struct sr_options {
	unsigned label_sector; /* 0..3 */
	unsigned mda_count;    /* 0 means 1 */
	bool first_ignored;    /* only the second area is in use */
	uint32_t mda_size;     /* of the first area; 0 means SR_MDA_SIZE */
	uint32_t text_at;      /* offset in the area; 0 means 512 */
	size_t text_pad;       /* bytes of comment that lengthen the text */
	bool no_extension;     /* pv_header without its extension */
	bool no_mgt;
	/* Which LVs there are, by the letter that each has in its id (sr_builder.c).
	 * NULL: a to j; k to m are QCOW2 images and the volume of a trim. */
	const char *lvs;
};

struct sr {
	uint8_t *bytes; /* SR_SIZE of them */
	char *text;	/* the VG text with its NUL */
	size_t text_size;
};

/* Aborts if there is no memory. NULL options: an ordinary SR. */
void sr_make(struct sr *sr, const struct sr_options *options);
void sr_free(struct sr *sr);

/* ---- the encoders, for tests that break one thing ---- */

/* LVM's checksum, bit by bit. */
uint32_t sr_crc(const void *bytes, size_t len);

/* Renews the label's checksum, an mda_header's, a VHD header's, its footer's. */
void sr_seal_label(uint8_t *sector);
void sr_seal_mda(uint8_t *header);
void sr_seal_vhd(uint8_t *header);
void sr_seal_footer(uint8_t *footer);

/* A label with areas {offset, size} ended as in `areas`: pairs, zero-ended
 * lists are the caller's: `count` pairs are put there as they are. */
void sr_put_label(uint8_t *sector, uint64_t number, const uint64_t (*areas)[2],
		  size_t count);

void sr_put_mda(uint8_t *header, uint64_t start, uint64_t size,
		uint64_t text_at, uint64_t text_size, uint32_t text_crc,
		uint32_t flags);

/* Puts text (with its NUL) into the ring of an area, wrapped where it has to
 * be, and the header that points to it. */
void sr_put_text(uint8_t *lun, uint64_t area, uint64_t size, uint64_t text_at,
		 const char *text, uint32_t flags);

/* Replaces the VG text of an ordinary SR. */
void sr_set_text(struct sr *sr, const char *text);

/* A differencing VHD's footer copy, header and locators; `name` is the
 * parent's. Without a name, a dynamic VHD. */
void sr_put_vhd(uint8_t *vhd, const char *name);

/* The first 1024 bytes of a QCOW2 image of version 3, based on `name` if there is
 * one; its clusters have 4 KiB. */
void sr_put_qcow2(uint8_t *image, const char *name);

/* One MGT record of 1024 bytes. */
void sr_put_record(uint8_t *record, const char *label, const char *uuid,
		   const char *snapshot_of, bool deleted);

/* Whether `text` occurs in the bytes, plain, with doubled dashes, or in
 * UTF-16 of either order. */
bool sr_mentions(const uint8_t *bytes, size_t len, const char *text);

#endif
