// SPDX-License-Identifier: LGPL-2.1-only
/*
 * An mda_header, and the ring that it describes.
 */
#include "base/bytes.h"
#include "format/lvm_mda.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sr_builder.h"

static void check_ring(const struct lvm_mda *mda, uint32_t block)
{
	uint64_t ring = mda->area.offset + LVM_MDA_HEADER_SIZE;
	uint64_t end = mda->area.offset + mda->area.size;
	const struct lvm_area none = { 0 };
	struct lvm_area run = lvm_ring_free_run(mda, none, block);

	if (run.size == 0)
		return;
	MUST(run.offset % block == 0 && run.size % block == 0);
	MUST(run.offset >= ring && run.offset + run.size <= end);
	MUST(lvm_mda_is_free(mda, run.offset, run.size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lvm_area area = { SR_MDA_AT, SR_MDA_SIZE };
	struct lvm_mda mda;
	struct error err;
	uint8_t *header;

	if (size < 4 || size > 4 + LVM_MDA_HEADER_SIZE)
		return 0;
	area.offset = (uint64_t)data[1] * 512 + (uint64_t)data[2] * (1 << 20);
	header = exact_copy(data + 4, size - 4, LVM_MDA_HEADER_SIZE);
	if (data[0] & 1)
		put_le64(header + 24, area.offset);
	if (data[0] & 2)
		sr_seal_mda(header);
	if (!lvm_mda_parse(header, &area, (uint64_t)1 << (data[3] & 63), &mda,
			   &err)) {
		check_ring(&mda, data[0] & 4 ? 4096 : 512);
		lvm_mda_set_text(&mda.text, header);
		MUST(!lvm_mda_parse(header, &area,
				    (uint64_t)1 << (data[3] & 63), &mda, &err));
	} else {
		MUST(err.code == ERROR_LUN_CONTENT);
	}
	free(header);
	return 0;
}
