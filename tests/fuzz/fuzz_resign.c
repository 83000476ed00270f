// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The whole core on a LUN that is almost an SR: the input is a list of changes
 * to a sound one, after which checksums are made right again, so that hostile
 * content gets as deep as an attacker's would. Whatever is there, the LUN is
 * resigned and loads again, or it is refused for its content; it is never the
 * program that is at fault.
 *
 * Input: u8 which SR and what is left unsealed, u8 what is asked for, then
 * {u8 region, u16 offset, u8 length, bytes}. Of the VG text, a length above 127
 * stands for bytes that are put in, not over others.
 */
#include <stdio.h>
#include <time.h>
#include <uuid/uuid.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "engine/resign_lun.h"
#include "format/resign_journal.h"
#include "lun/lun.h"
#include "report/check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/fault_lun.h"
#include "tests/unit/sr_builder.h"
#include "txn/load.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

enum {
	KIND_ORDINARY,
	KIND_TWO_AREAS,
	KIND_WRAPPED,
	KIND_IN_PLACE,
	KIND_COMMITTED,
	KIND_APPLIED,
	KIND_OTHERS,
	KINDS,
};

/* The first byte, beside the kind; the second. */
enum {
	BLOCK_4096 = 0x08,
	KEEP_LVM = 0x10,
	KEEP_VHD = 0x20,
	KEEP_JOURNAL = 0x40
};
/* What costs another run or more takes several bits, so that few inputs ask. */
enum { KEEP_OPERATIONS = 1, DROP = 2, REPORT = 0x0c, TWICE = 0x70 };

/* So small that the text fills most of it. */
#define SMALL_AREA (512u + 3072)

/* A few volumes each: most of a run is spent on text. */
static const struct sr_options shapes[KINDS] = {
	[KIND_ORDINARY] = { .lvs = "abcd" },
	[KIND_TWO_AREAS] = { .mda_count = 2, .lvs = "akl" },
	[KIND_WRAPPED] = { .text_at = SR_MDA_SIZE - 1024,
			   .label_sector = 3,
			   .lvs = "abcfghi" },
	[KIND_IN_PLACE] = { .mda_size = SMALL_AREA, .lvs = "aekl" },
	[KIND_COMMITTED] = { .lvs = "abdl" },
	[KIND_APPLIED] = { .lvs = "bdhk" },
	[KIND_OTHERS] = { .lvs = "aceijklm" },
};

/* Each kind as it is, and one that is changed and then restored, where it was. */
static uint8_t *srs[KINDS];
static uint8_t luns[KINDS][SR_SIZE];
static bool touched[SR_SIZE / SR_EXTENT];

static const struct journal_owner owner = { .scsi_id = "3600a" };

/* Nobody is there to wait for. */
int nanosleep(const struct timespec *time, struct timespec *left)
{
	(void)time;
	(void)left;
	return 0;
}

/* The same input, the same run; and without the system's randomness, which is
 * slow. */
static uint64_t chance;

void uuid_generate_random(uuid_t out)
{
	for (int i = 0; i < 16; i++) {
		chance = chance * 6364136223846793005u + 1442695040888963407u;
		out[i] = (uint8_t)(chance >> 33);
	}
	out[6] = (out[6] & 0x0f) | 0x40;
	out[8] = (out[8] & 0x3f) | 0x80;
}

static bool asks(uint8_t asked, uint8_t what)
{
	return (asked & what) == what;
}

static int resign(struct lun *lun, uint8_t first_byte, uint8_t asked,
		  struct error *err)
{
	struct plan_options options = {
		.choices.keep_journals = asked & KEEP_OPERATIONS,
		.choices.drop_snapshots = asked & DROP,
	};
	struct resign_report report;
	int failed;

	memset(&options.new_sr, 0x5a, sizeof(options.new_sr));
	options.new_sr.bytes[0] = first_byte;
	failed = resign_lun(lun, &options, &owner, NULL,
			    asks(asked, REPORT) ? &report : NULL, err);
	if (!failed && asks(asked, REPORT))
		sr_report_free(&report.sr);
	return failed;
}

/* ---- the LUN ---- */

static void touch(uint64_t at, uint64_t len)
{
	for (uint64_t i = at / SR_EXTENT; i * SR_EXTENT < at + len; i++)
		touched[i] = true;
}

static void restore(unsigned kind)
{
	static unsigned runs;

	for (size_t i = 0; i < SR_SIZE / SR_EXTENT; i++) {
		if (touched[i])
			memcpy(luns[kind] + i * SR_EXTENT,
			       srs[kind] + i * SR_EXTENT, SR_EXTENT);
		touched[i] = false;
	}
	if (++runs % 1024 == 0)
		MUST(memcmp(luns[kind], srs[kind], SR_SIZE) == 0);
}

struct fuzz_lun {
	struct lun lun;
	uint8_t *bytes;
};

static uint8_t *bytes_of(struct lun *lun)
{
	return ((struct fuzz_lun *)lun)->bytes;
}

static int read_lun(struct lun *lun, const struct lun_io *ios, size_t n,
		    struct error *err)
{
	(void)err;
	for (size_t i = 0; i < n; i++)
		memcpy(ios[i].data, bytes_of(lun) + ios[i].offset, ios[i].len);
	return 0;
}

static int write_lun(struct lun *lun, const struct lun_io *ios, size_t n,
		     struct error *err)
{
	(void)err;
	for (size_t i = 0; i < n; i++) {
		memcpy(bytes_of(lun) + ios[i].offset, ios[i].data, ios[i].len);
		touch(ios[i].offset, ios[i].len);
	}
	return 0;
}

static int flush_lun(struct lun *lun, struct error *err)
{
	(void)lun;
	(void)err;
	return 0;
}

static const struct lun_ops lun_ops = {
	.read = read_lun,
	.write = write_lun,
	.flush = flush_lun,
};

/* The LUN as a resign leaves it that is cut before its last writes. */
static void interrupt(uint8_t *bytes, unsigned writes_left)
{
	uint8_t *copy = malloc(SR_SIZE);
	struct fault_lun lun;
	struct error err;
	unsigned writes;

	MUST(copy);
	memcpy(copy, bytes, SR_SIZE);
	fault_lun_open(&lun, copy, SR_SIZE, 512);
	MUST(!resign(&lun.lun, 1, KEEP_OPERATIONS, &err));
	writes = lun.count[FAULT_WRITE];
	fault_lun_close(&lun);
	free(copy);

	fault_lun_open(&lun, bytes, SR_SIZE, 512);
	lun.op = FAULT_WRITE;
	lun.at = writes - writes_left + 1;
	lun.for_good = true;
	MUST(resign(&lun.lun, 1, KEEP_OPERATIONS, &err));
	fault_lun_close(&lun);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	for (int kind = 0; kind < KINDS; kind++) {
		struct sr sr;

		sr_make(&sr, &shapes[kind]);
		free(sr.text);
		srs[kind] = sr.bytes;
	}
	interrupt(srs[KIND_COMMITTED], 4);
	interrupt(srs[KIND_APPLIED], 2);
	for (int kind = 0; kind < KINDS; kind++)
		memcpy(luns[kind], srs[kind], SR_SIZE);
	return 0;
}

/* ---- the VG text of the first area, without its wrap ---- */

struct text {
	uint64_t room; /* of the area */
	uint64_t at;   /* in the area */
	size_t len;
	uint8_t bytes[SR_MDA_SIZE];
};

/* How much of it lies before the area's end. */
static size_t first_piece(const struct text *text)
{
	uint64_t left = text->room - text->at;

	return text->len < left ? text->len : left;
}

static void get_text(const uint8_t *lun, unsigned kind, struct text *text)
{
	const uint8_t *area = lun + SR_MDA_AT;
	size_t first;

	text->room =
		shapes[kind].mda_size ? shapes[kind].mda_size : SR_MDA_SIZE;
	text->at = get_le64(area + 40);
	text->len = (size_t)get_le64(area + 48);
	first = first_piece(text);
	memcpy(text->bytes, area + text->at, first);
	memcpy(text->bytes + first, area + 512, text->len - first);
}

static void put_text(uint8_t *lun, const struct text *text)
{
	uint8_t *area = lun + SR_MDA_AT;
	size_t first = first_piece(text);

	memcpy(area + text->at, text->bytes, first);
	memcpy(area + 512, text->bytes + first, text->len - first);
	touch(SR_MDA_AT, text->room);
	put_le64(area + 48, text->len);
	put_le32(area + 56, lvm_crc(LVM_CRC_INITIAL, text->bytes, text->len));
}

static void change_text(struct text *text, size_t at, bool insert,
			const uint8_t *data, size_t len)
{
	at %= text->len;
	if (insert && text->len + len + 512 <= text->room) {
		memmove(text->bytes + at + len, text->bytes + at,
			text->len - at);
		text->len += len;
	} else if (len > text->len - at) {
		len = text->len - at;
	}
	memcpy(text->bytes + at, data, len);
}

/* ---- all the rest ---- */

static const struct {
	uint32_t at, len;
} regions[] = {
	{ 0, 0 }, /* the VG text */
	{ 0, 0 },
	{ 0, 0 },
	{ 0, 0 }, /* a journal's body */
	{ 0, 2048 },
	{ JOURNAL_PLACE_AT, JOURNAL_PLACE_SIZE },
	{ SR_MDA_AT, 512 },
	{ SR_MDA_AT + 512, 8192 },
	{ SR_AT(SR_MGT_1), SR_EXTENT },
	{ SR_AT(SR_MGT_2), 3 * SR_EXTENT },
	{ SR_AT(SR_BASE), 2048 },
	{ SR_AT(SR_CHILD), 4096 },
	{ SR_AT(SR_OTHER), 4096 },
	{ SR_AT(SR_CBT_BASE), 64 },
	{ SR_AT(SR_JOURNAL), 512 },
	{ SR_AT(SR_QCOW2), 1024 },
	{ SR_AT(SR_CLONE), 1024 },
	{ SR_MDA2_AT, SR_MDA2_SIZE },
};

#define TEXT_REGIONS 3
#define BODY_REGION  3

/* Where a journal's body lies; false if that is not on the LUN. */
static bool find_body(const uint8_t *lun, uint64_t *at, uint64_t *len)
{
	*at = get_le64(lun + JOURNAL_PLACE_AT + 224);
	*len = get_le64(lun + JOURNAL_PLACE_AT + 232);
	return *len && *at <= SR_SIZE && *len <= SR_SIZE - *at;
}

static void change_bytes(uint8_t *lun, unsigned region, uint64_t offset,
			 const uint8_t *data, uint64_t size)
{
	uint64_t at = regions[region].at, len = regions[region].len;

	if (region == BODY_REGION && !find_body(lun, &at, &len))
		return;
	offset %= len;
	if (size > len - offset)
		size = len - offset;
	memcpy(lun + at + offset, data, size);
	touch(at + offset, size);
}

static void change(uint8_t *lun, unsigned kind, bool sealed,
		   const uint8_t *data, size_t size)
{
	static struct text text;
	bool text_changed = false;

	get_text(lun, kind, &text);
	while (size >= 4) {
		unsigned region =
			data[0] % (sizeof(regions) / sizeof(*regions));
		uint32_t at = data[1] | (uint32_t)data[2] << 8;
		size_t len = data[3] & 0x7f;
		bool insert = data[3] & 0x80;

		data += 4;
		size -= 4;
		if (len > size)
			len = size;
		if (region < TEXT_REGIONS) {
			change_text(&text, at, insert, data, len);
			text_changed = true;
		} else {
			change_bytes(lun, region, at, data, len);
		}
		data += len;
		size -= len;
	}
	if (text_changed && sealed)
		put_text(lun, &text);
}

static bool is_touched(uint64_t at)
{
	return touched[at / SR_EXTENT];
}

/* What a record says of the LUN as it is: a text's checksum; of each sector that it
 * changes, the one of before. */
static void seal_record(uint8_t *lun, uint8_t *record, uint32_t size)
{
	uint64_t at = get_le64(record + 8);
	uint32_t len = get_le32(record + 16);

	if (at > SR_SIZE || len > SR_SIZE - at)
		return;
	if (get_le32(record) == JOURNAL_TEXT)
		put_le32(record + 20, lvm_crc(LVM_CRC_INITIAL, lun + at, len));
	if (get_le32(record) != JOURNAL_WRITE)
		return;
	for (uint32_t i = 0; i < len / 512 && 32 + 8 * i <= size; i++) {
		uint8_t *crcs = record + 24 + 8 * i;
		uint32_t after = get_le32(crcs + 4), now;

		if (get_le32(crcs) == after || !is_touched(at + 512 * i))
			continue;
		now = lvm_crc(LVM_CRC_INITIAL, lun + at + 512 * i, 512);
		if (now != after)
			put_le32(crcs, now);
	}
}

/* Record by record, then all of the body, then the head. */
static void seal_journal(uint8_t *lun)
{
	uint8_t *head = lun + JOURNAL_PLACE_AT;
	uint64_t at, len;

	if (memcmp(head, "RELVMJNL", 8) != 0)
		return;
	if (find_body(lun, &at, &len)) {
		touch(at, len);
		for (uint64_t i = 0; len - i >= 24;) {
			uint32_t n = get_le32(lun + at + i + 4);

			if (n < 24 || n > len - i)
				break;
			seal_record(lun, lun + at + i, n);
			i += n;
		}
		put_le32(head + 20, lvm_crc(LVM_CRC_INITIAL, lun + at, len));
	}
	touch(JOURNAL_PLACE_AT, JOURNAL_HEAD_SIZE);
	put_le32(head + 12, 0);
	put_le32(head + 12, lvm_crc(LVM_CRC_INITIAL, head, 512));
}

static void seal_lvm(uint8_t *lun)
{
	for (unsigned i = 0; i < 4 && is_touched(0); i++) {
		if (memcmp(lun + i * 512, "LABELONE", 8) == 0)
			sr_seal_label(lun + i * 512);
	}
	if (is_touched(SR_MDA_AT))
		sr_seal_mda(lun + SR_MDA_AT);
	if (is_touched(SR_MDA2_AT) &&
	    memcmp(lun + SR_MDA2_AT + 4, " LVM2", 5) == 0)
		sr_seal_mda(lun + SR_MDA2_AT);
}

/* What was not touched is sealed. The journal goes by all the others. */
static void seal(uint8_t *lun, uint8_t flags)
{
	static const uint32_t vhds[] = { SR_AT(SR_BASE), SR_AT(SR_CHILD),
					 SR_AT(SR_OTHER) };

	for (unsigned i = 0; i < 3 && !(flags & KEEP_VHD); i++) {
		if (is_touched(vhds[i]))
			sr_seal_vhd(lun + vhds[i] + 512);
	}
	if (!(flags & KEEP_LVM))
		seal_lvm(lun);
	if (!(flags & KEEP_JOURNAL))
		seal_journal(lun);
}

/* The new SR's uuid is ours to choose; an input may have a VDI with it. */
static void check_refused(const struct error *err)
{
	if (err->code == ERROR_LUN_CONTENT || err->code == ERROR_LOCKED ||
	    (err->code == ERROR_BAD_VALUE &&
	     strcmp(err->text, "the new uuid of the SR is that of a VDI on "
			       "this LUN") == 0))
		return;
	fprintf(stderr, "error %d: %s\n", (int)err->code, err->text);
	abort();
}

/* The result is an SR like any other. */
static void check_resigned(struct lun *lun, uint8_t asked)
{
	struct findings findings = { 0 };
	struct snapshot snap;
	struct error err;

	if (asks(asked, REPORT)) {
		MUST(!load_snapshot(lun, NULL, &snap, &err));
		check_sr(&snap, &findings);
		findings_free(&findings);
		snapshot_free(&snap);
	}
	if (asks(asked, TWICE) && resign(lun, 3, asked, &err))
		check_refused(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_lun lun = {
		.lun = { .ops = &lun_ops, .size = SR_SIZE, .block_size = 512 },
	};
	struct error err;
	unsigned kind;

	if (size < 2)
		return 0;
	/* An input must not learn the ids that its own resign makes. */
	chance = lvm_crc(LVM_CRC_INITIAL, data, size);
	kind = (data[0] & 7) % KINDS;
	lun.bytes = luns[kind];
	if (data[0] & BLOCK_4096)
		lun.lun.block_size = 4096;
	change(lun.bytes, kind, !(data[0] & KEEP_LVM), data + 2, size - 2);
	seal(lun.bytes, data[0]);
	if (resign(&lun.lun, 2, data[1], &err))
		check_refused(&err);
	else
		check_resigned(&lun.lun, data[1]);
	restore(kind);
	return 0;
}
