// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The MGT volume: SM's own records of the SR and its VDIs.
 *
 * Source: sm libs/sm/srmetadata.py, metadata.py. Sector 0 is
 * "XSSM:<bytes in use, left-justified, 10 wide>:<major>:<minor>", sectors 1–3
 * the SR's uuid, label and description as bits of XML, then from byte 2048
 * two sectors a VDI, padded with spaces.
 *
 * The records are not always well-formed: SM escapes a label and then cuts it
 * by bytes. So this is no XML parser. It looks only for the elements that hold
 * identifiers, in the sector where SM puts them (a label can never reach it),
 * and never judges the rest.
 */
#ifndef FORMAT_MGT_H
#define FORMAT_MGT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"

#define MGT_SECTOR	    512
#define MGT_FIRST_RECORD_AT (4 * MGT_SECTOR)
#define MGT_RECORD_SIZE	    (2 * MGT_SECTOR)
#define MGT_MAX_SIZE	    (64u << 20) /* SM makes 4 MiB */

struct mgt_header {
	bool blank;	 /* nothing was written yet: there are no records */
	bool broken;	 /* SM can read none either: it goes on without names */
	uint32_t length; /* bytes in use, header included; 0 if broken */
};

/* A uuid in MGT: its place from the start of the volume. */
struct mgt_ref {
	uint32_t at;
	struct uuid uuid;
};

struct mgt_vdi {
	struct mgt_ref uuid;
	bool has_snapshot_of; /* empty and OpaqueRef:NULL are none */
	struct mgt_ref snapshot_of;
	bool is_a_snapshot;
	bool managed;
	bool type_is_known;  /* vdi_type is vhd, raw, aio, qcow2 or none */
	bool deleted;	     /* a free slot; its other values are stale */
	uint32_t record_end; /* one past the record, or the bytes in use */
	uint32_t record_at;  /* bytes from the start of the volume */
	uint32_t deleted_at; /* the 0 or 1 of <deleted>; 0 if absent */
};

struct mgt {
	bool has_sr;
	struct mgt_ref sr;
	struct mgt_vdi *vdis;
	uint32_t vdi_count;
};

/* Reads sector 0. `volume_size` in bytes; a length beyond it is taken for it.
 * SM reads the length and goes on, whatever the version; so do we. */
void mgt_parse_header(const uint8_t *sector, uint64_t volume_size,
		      struct mgt_header *out);

/* Reads all identifiers of the `header->length` bytes at `bytes`. A record
 * with no readable uuid (a torn or foreign slot) is left out. Free with
 * mgt_free. Fails for lack of memory only. */
void mgt_parse(const uint8_t *bytes, const struct mgt_header *header,
	       struct mgt *out);
void mgt_free(struct mgt *mgt);

/* The label of the record, still escaped, not NUL-terminated: a span of
 * `bytes`. Empty if it has none. */
const char *mgt_label(const uint8_t *bytes, const struct mgt_vdi *vdi,
		      size_t *len);

#endif
