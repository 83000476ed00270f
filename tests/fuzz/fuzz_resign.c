// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The whole core on a LUN that is almost an SR: the input is a list of changes
 * to a sound one, after which checksums are made right again, so that hostile
 * content gets as deep as an attacker's would. Whatever is there, the LUN is
 * resigned and loads again, or it is refused for its content; it is never the
 * program that is at fault.
 *
 * Input: u8 which SR and what to seal, then {u8 region, u16 offset, u8 length,
 * bytes}.
 */
#include <stdio.h>
#include <time.h>

#include "base/bytes.h"
#include "engine/resign_lun.h"
#include "tests/unit/lun_memory.h"
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
	KINDS,
};

enum {
	BLOCK_4096 = 0x08,
	KEEP_LVM = 0x10,
	KEEP_VHD = 0x20,
	KEEP_JOURNAL = 0x40,
	TWICE = 0x80
};

static uint8_t *srs[KINDS];
static const struct journal_owner owner = { .scsi_id = "3600a" };

/* Nobody is there to wait for. */
int nanosleep(const struct timespec *time, struct timespec *left)
{
	(void)time;
	(void)left;
	return 0;
}

static int resign(struct lun *lun, uint8_t first_byte, struct error *err)
{
	struct plan_options options = { .keep_journals = true };

	memset(&options.new_sr, 0x5a, sizeof(options.new_sr));
	options.new_sr.bytes[0] = first_byte;
	return resign_lun(lun, &options, &owner, NULL, NULL, err);
}

static uint8_t *interrupted(unsigned writes_left)
{
	struct fault_lun lun;
	struct error err;
	unsigned writes;
	struct sr sr;

	sr_make(&sr, NULL);
	fault_lun_open(&lun, sr.bytes, SR_SIZE, 512);
	MUST(!resign(&lun.lun, 1, &err));
	writes = lun.count[FAULT_WRITE];
	fault_lun_close(&lun);
	sr_free(&sr);

	sr_make(&sr, NULL);
	fault_lun_open(&lun, sr.bytes, SR_SIZE, 512);
	lun.op = FAULT_WRITE;
	lun.at = writes - writes_left + 1;
	lun.for_good = true;
	MUST(resign(&lun.lun, 1, &err));
	fault_lun_close(&lun);
	free(sr.text);
	return sr.bytes;
}

static uint8_t *made(const struct sr_options *options)
{
	struct sr sr;

	sr_make(&sr, options);
	free(sr.text);
	return sr.bytes;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const struct sr_options two = { .mda_count = 2 };
	static const struct sr_options wrapped = { .text_at =
							   SR_MDA_SIZE - 1024,
						   .label_sector = 3 };
	static const struct sr_options in_place = { .text_pad = 30000 };

	(void)argc;
	(void)argv;
	srs[KIND_ORDINARY] = made(NULL);
	srs[KIND_TWO_AREAS] = made(&two);
	srs[KIND_WRAPPED] = made(&wrapped);
	srs[KIND_IN_PLACE] = made(&in_place);
	srs[KIND_COMMITTED] = interrupted(4);
	srs[KIND_APPLIED] = interrupted(2);
	return 0;
}

static void change(uint8_t *lun, const uint8_t *data, size_t size)
{
	static const struct {
		uint32_t at, len;
	} regions[] = {
		{ 0, 2048 },
		{ SR_MDA_AT, 512 },
		{ SR_MDA_AT + 512, 8192 },
		{ SR_MDA_AT + 512, SR_MDA_SIZE - 512 },
		{ SR_AT(SR_MGT_1), SR_EXTENT },
		{ SR_AT(SR_MGT_2), 3 * SR_EXTENT },
		{ SR_AT(SR_BASE), 2048 },
		{ SR_AT(SR_CHILD), 4096 },
		{ SR_AT(SR_OTHER), 4096 },
		{ SR_AT(SR_CBT_BASE), 64 },
		{ SR_AT(SR_JOURNAL), 512 },
		{ SR_PE_START - 4096, 4096 }, /* a journal's head */
		{ SR_MDA2_AT, SR_MDA2_SIZE },
		{ 36864, 512 },
	};

	while (size >= 4) {
		unsigned r = data[0] % (sizeof(regions) / sizeof(*regions));
		uint32_t at =
			(data[1] | (uint32_t)data[2] << 8) % regions[r].len;
		uint32_t len = data[3];

		data += 4;
		size -= 4;
		if (len > size)
			len = (uint32_t)size;
		if (len > regions[r].len - at)
			len = regions[r].len - at;
		memcpy(lun + regions[r].at + at, data, len);
		data += len;
		size -= len;
	}
}

static void seal_text(uint8_t *lun, uint64_t area, uint64_t room)
{
	uint8_t *header = lun + area;
	uint64_t at = get_le64(header + 40), len = get_le64(header + 48);
	uint8_t *text;

	if (at < 512 || at >= room || len > room - 512 || len == 0)
		return;
	text = malloc(len);
	MUST(text);
	for (uint64_t i = 0; i < len; i++)
		text[i] = header[at + i < room ? at + i : at + i - room + 512];
	put_le32(header + 56, sr_crc(text, len));
	free(text);
}

static void seal_journal(uint8_t *lun)
{
	uint8_t *head = memmem(lun + SR_MDA_AT, SR_MDA_SIZE, "RELVMJNL", 8);
	uint64_t at, len;

	if (!head || head - lun > SR_PE_START - 512)
		return;
	at = get_le64(head + 224);
	len = get_le64(head + 232);
	if (at <= SR_SIZE && len <= SR_SIZE - at) {
		for (uint64_t i = 0; len - i >= 28;) {
			uint32_t n = get_le32(lun + at + i + 4);

			if (n < 28 || n > len - i)
				break;
			put_le32(lun + at + i + n - 4,
				 sr_crc(lun + at + i, n - 4));
			i += n;
		}
		put_le32(head + 20, sr_crc(lun + at, len));
	}
	put_le32(head + 12, 0);
	put_le32(head + 12, sr_crc(head, 512));
}

static void seal(uint8_t *lun, uint8_t flags)
{
	if (!(flags & KEEP_VHD)) {
		sr_seal_vhd(lun + SR_AT(SR_BASE) + 512);
		sr_seal_vhd(lun + SR_AT(SR_CHILD) + 512);
		sr_seal_vhd(lun + SR_AT(SR_OTHER) + 512);
	}
	if (!(flags & KEEP_JOURNAL))
		seal_journal(lun);
	if (flags & KEEP_LVM)
		return;
	for (unsigned i = 0; i < 4; i++) {
		if (memcmp(lun + i * 512, "LABELONE", 8) == 0)
			sr_seal_label(lun + i * 512);
	}
	seal_text(lun, SR_MDA_AT, SR_MDA_SIZE);
	sr_seal_mda(lun + SR_MDA_AT);
	if (memcmp(lun + SR_MDA2_AT + 4, " LVM2", 5) == 0) {
		seal_text(lun, SR_MDA2_AT, SR_MDA2_SIZE);
		sr_seal_mda(lun + SR_MDA2_AT);
	}
}

static void check_refused(const struct error *err)
{
	if (err->code == ERROR_LUN_CONTENT || err->code == ERROR_LOCKED)
		return;
	fprintf(stderr, "error %d: %s\n", (int)err->code, err->text);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot snap;
	struct error err;
	struct lun *lun;
	uint8_t *bytes;

	if (size < 1)
		return 0;
	bytes = malloc(SR_SIZE);
	MUST(bytes);
	memcpy(bytes, srs[(data[0] & 7) % KINDS], SR_SIZE);
	change(bytes, data + 1, size - 1);
	seal(bytes, data[0]);
	MUST(!lun_memory_open(bytes, SR_SIZE, data[0] & BLOCK_4096 ? 4096 : 512,
			      &lun, &err));
	if (resign(lun, 2, &err)) {
		check_refused(&err);
	} else {
		MUST(!load_snapshot(lun, NULL, &snap, &err));
		snapshot_free(&snap);
		/* And the result is an SR like any other. */
		if (data[0] & TWICE && resign(lun, 3, &err))
			check_refused(&err);
	}
	lun_close(lun);
	free(bytes);
	return 0;
}
