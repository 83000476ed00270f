// SPDX-License-Identifier: LGPL-2.1-only
/*
 * libvhd's journal of a resize, in LV jvhd_<vdi>: copies of a VHD's metadata,
 * its header and parent locators among them, put back if the resize fails.
 *
 * Source: blktap vhd/lib/libvhd-journal.c. Big-endian. Header, 512 bytes:
 *   0   "vjournal"
 *   36  u32 count of metadata entries
 *   48  u64 offset of the first
 * Entries follow one another:
 *   0   u64 0xaaaa12344321aaaa
 *   8   u32 type                 12  u32 size of the data
 *   16  u64 its offset in the VHD
 *   24  u32 checksum             28  u32 padding, then the data
 * The checksum is the one's complement of the sum of
 * the bytes of entry and data, so a change of the data moves it by the
 * difference of the sums.
 */
#ifndef FORMAT_VHD_JOURNAL_H
#define FORMAT_VHD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Footers, header and locators come first and fit in this many bytes; the
 * tables behind them name nobody. */
#define VHD_JOURNAL_HEAD 65536

enum vhd_journal_type { VHD_JOURNAL_HEADER = 3, VHD_JOURNAL_LOCATOR = 4 };

struct vhd_journal_entry {
	uint32_t type;
	size_t checksum_at; /* in the bytes that were given */
	size_t data_at;
	uint32_t size;
	uint64_t vhd_offset;
};

struct vhd_journal_walk {
	const uint8_t *bytes;
	size_t len, at;
	uint32_t left; /* entries */
};

/* Begins a walk; false if there is no journal, or an empty one. */
bool vhd_journal_begin(const uint8_t *bytes, size_t len,
		       struct vhd_journal_walk *walk);

/* The next entry whose data lies in the bytes whole; false at the end. */
bool vhd_journal_next(struct vhd_journal_walk *walk,
		      struct vhd_journal_entry *entry);

/* Puts `size` new bytes of data into the entry and moves its checksum. */
void vhd_journal_put(uint8_t *bytes, const struct vhd_journal_entry *entry,
		     const uint8_t *data);

#endif
