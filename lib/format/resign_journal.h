// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The journal of a resign, on the LUN: our own format.
 *
 * The head is one 512-byte sector at one fixed place: behind the four sectors in
 * which LVM looks for its label, before the first metadata area, where LVM puts
 * nothing. The write that makes it COMMITTED is the commit point of the resign.
 * Where no fence keeps other hosts out, it says CLAIMED while a run prepares.
 *
 *   0    "RELVMJNL"                          8   u32 version 1
 *   12   u32 crc of the sector with this field as zero
 *   16   u32 state                           20  u32 crc of the body
 *   24   16 bytes id of the run              40 16 bytes id of the host's boot
 *   56   16 bytes old SR uuid                72 16 bytes new SR uuid
 *   88   32 bytes old PV id                  120 32 bytes new PV id
 *   152  32 bytes old VG id                  184 32 bytes new VG id
 *   216  u64 VG seqno   224 u64 body's LUN offset   232 u64 its length
 *   240  SCSIid, NUL-terminated, cut to 256 bytes; empty if not known
 *   496  16 bytes: where this LUN was (journal_owner); zeros if not known
 *
 * The body is a list of records, each {u32 type, u32 length of all of it, …}.
 * Little-endian; crcs are LVM's. No record has a crc of its own: bytes that end
 * with their crc leave that of the whole the same, whatever they say, and the
 * head's is what tells this body from another.
 *
 *   TEXT   u64 LUN offset, u32 length, u32 crc: new VG text that was put into
 *          the ring before the commit
 *   WRITE  u64 LUN offset, u32 length, u32 phase, then for each 512 bytes u32
 *          crc before and u32 crc after, then u32 count of patches {u32 offset
 *          in the write, u32 length, bytes}
 *
 * A patch is the after-image of the bytes that change. Put over a sector that
 * holds either its old or its new content it gives the new, so replaying is
 * safe after any torn write and any number of times; the two checksums of each
 * sector tell whether it holds one of the two. A sector whose checksums are the
 * same lies between two that change, and is none of the resign's business.
 */
#ifndef FORMAT_RESIGN_JOURNAL_H
#define FORMAT_RESIGN_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/uuid.h"

/* The place of the head, in bytes of the LUN; the head is at its start, and the
 * rest of it is zeros. */
#define JOURNAL_PLACE_AT   2048
#define JOURNAL_PLACE_SIZE 2048
#define JOURNAL_PLACE_END  (JOURNAL_PLACE_AT + JOURNAL_PLACE_SIZE)

#define JOURNAL_HEAD_SIZE   512
#define JOURNAL_SECTOR	    512
#define JOURNAL_SCSIID_SIZE 256
#define JOURNAL_MAX_BODY    (64u << 20)

/* What lies at the head's place; the first three as a head has them. */
enum journal_state {
	JOURNAL_NONE = 0,      /* zeros: there is no journal */
	JOURNAL_CLAIMED = 1,   /* a run is, or was, preparing without a fence */
	JOURNAL_COMMITTED = 2, /* the resign must be completed */
	JOURNAL_FOREIGN,       /* something that is not ours */
	JOURNAL_DAMAGED,       /* a head whose checksum or content is wrong */
};

struct journal_head {
	enum journal_state state;
	struct uuid id;	   /* of the run that wrote it */
	struct uuid owner; /* of the host's boot, to tell our own left-overs */
	struct uuid old_sr, new_sr;
	struct lvm_id old_pv, new_pv;
	struct lvm_id old_vg, new_vg;
	uint64_t seqno;	  /* the VG's; a resign keeps it */
	uint64_t body_at; /* bytes from the LUN's start */
	uint64_t body_len;
	uint32_t body_crc;
	char scsi_id[JOURNAL_SCSIID_SIZE];
	struct uuid place;
};

void journal_head_encode(const struct journal_head *head, uint8_t *sector);

/* What JOURNAL_PLACE_SIZE bytes hold: out->state, which is returned, too. The
 * rest of *out is zeros unless that is CLAIMED or COMMITTED. */
enum journal_state journal_head_decode(const uint8_t *place,
				       struct journal_head *out);

/* ---- the body ---- */

enum journal_record_type { JOURNAL_TEXT = 1, JOURNAL_WRITE = 2 };

void journal_add_text(struct buffer *body, uint64_t offset, const uint8_t *text,
		      uint32_t len);

/* `before` and `after` hold `len` bytes, a multiple of JOURNAL_SECTOR. */
void journal_add_write(struct buffer *body, uint64_t offset, uint32_t phase,
		       const uint8_t *before, const uint8_t *after,
		       uint32_t len);

/* One record, inside the body that it was read from. */
struct journal_record {
	enum journal_record_type type;
	uint64_t offset; /* bytes from the LUN's start */
	uint32_t len;	 /* bytes there */
	uint32_t crc;	 /* TEXT */
	uint32_t phase;	 /* WRITE */

	const uint8_t *sector_crcs; /* WRITE: checked to be there */
	const uint8_t *patches;
	uint32_t patch_count;
};

/* Reads the record at *at and moves *at behind it. False if it is not sound.
 * Offsets and lengths are then multiples of JOURNAL_SECTOR for a WRITE, and
 * every patch lies in its write; whether that lies on the LUN is the caller's
 * to check. */
bool journal_next(const uint8_t *body, size_t len, size_t *at,
		  struct journal_record *out);

/* What the `len` bytes at a WRITE's place hold now: the sectors that change. */
enum journal_content {
	JOURNAL_BEFORE, /* all have their old content */
	JOURNAL_MIXED,	/* some the old, others the new */
	JOURNAL_AFTER,	/* all have their new content */
	JOURNAL_OTHER,	/* one has neither */
};
enum journal_content journal_compare(const struct journal_record *record,
				     const uint8_t *bytes);

/* Makes those bytes, unless they are OTHER, what they shall be. */
void journal_patch(const struct journal_record *record, uint8_t *bytes);

#endif
