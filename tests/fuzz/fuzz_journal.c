// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A journal on the LUN: its head, with a checksum made right when asked, and
 * its body.
 */
#include "base/bytes.h"
#include "format/resign_journal.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sr_builder.h"

static void check_head(uint8_t *sector)
{
	uint8_t again[JOURNAL_PLACE_SIZE] = { 0 };
	struct journal_head head;
	enum journal_state state = journal_head_decode(sector, &head);

	if (state != JOURNAL_CLAIMED && state != JOURNAL_COMMITTED)
		return;
	MUST(memchr(head.scsi_id, 0, sizeof(head.scsi_id)));
	journal_head_encode(&head, again);
	MUST(journal_head_decode(again, &head) == state);
}

static void check_record(const struct journal_record *record)
{
	uint8_t *bytes;

	if (record->type != JOURNAL_WRITE || record->len > 1 << 20)
		return;
	MUST(record->len && record->len % JOURNAL_SECTOR == 0);
	bytes = exact_copy(NULL, 0, record->len);
	journal_compare(record, bytes);
	journal_patch(record, bytes);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_record record;
	size_t at = 0, before;
	uint8_t *bytes;

	if (size < 1 || size > 65536)
		return 0;
	bytes = exact_copy(data + 1, size - 1, JOURNAL_PLACE_SIZE);
	if (data[0] & 1)
		put_le32(bytes + 12, 0),
			put_le32(bytes + 12, sr_crc(bytes, 512));
	check_head(bytes);
	free(bytes);

	bytes = exact_copy(data + 1, size - 1, 0);
	for (before = 0; journal_next(bytes, size - 1, &at, &record);
	     before = at) {
		MUST(at > before && at <= size - 1);
		check_record(&record);
	}
	free(bytes);
	return 0;
}
