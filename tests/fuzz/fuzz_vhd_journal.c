// SPDX-License-Identifier: LGPL-2.1-only
/*
 * libvhd's journal of a resize, and the value of one of SM's journals.
 */
#include "format/lv_name.h"
#include "format/vhd_journal.h"
#include "tests/fuzz/fuzz.h"

static void check_value(const uint8_t *data, size_t size)
{
	uint8_t *sector = exact_copy(
		data, size < JOURNAL_VALUE_SECTOR ? size : JOURNAL_VALUE_SECTOR,
		JOURNAL_VALUE_SECTOR);
	size_t at, len;

	if (journal_value_find(sector, &at, &len))
		MUST(len && at + len <= JOURNAL_VALUE_SECTOR);
	free(sector);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhd_journal_entry entry;
	struct vhd_journal_walk walk;
	uint8_t *bytes;

	if (size > VHD_JOURNAL_HEAD)
		size = VHD_JOURNAL_HEAD;
	check_value(data, size);
	bytes = exact_copy(data, size, 0);
	if (vhd_journal_begin(bytes, size, &walk)) {
		while (vhd_journal_next(&walk, &entry)) {
			MUST(entry.data_at <= size &&
			     entry.size <= size - entry.data_at);
			MUST(entry.checksum_at + 4 <= entry.data_at);
			if (entry.size) {
				uint8_t *changed = exact_copy(
					bytes + entry.data_at, entry.size, 0);

				changed[entry.size / 2] ^= 0x55;
				vhd_journal_put(bytes, &entry, changed);
				free(changed);
			}
		}
	}
	free(bytes);
	return 0;
}
