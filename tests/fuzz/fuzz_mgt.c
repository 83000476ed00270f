// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The MGT volume.
 */
#include "base/error.h"
#include "format/mgt.h"
#include "tests/fuzz/fuzz.h"

static void check_ref(const struct mgt_header *header,
		      const struct mgt_ref *ref)
{
	MUST(ref->at >= MGT_SECTOR && ref->at <= header->length &&
	     UUID_TEXT_LEN <= header->length - ref->at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mgt_header header;
	uint8_t *sector, *bytes;
	struct mgt mgt;

	sector = exact_copy(data, size < MGT_SECTOR ? size : MGT_SECTOR,
			    MGT_SECTOR);
	/* The volume is as long as the input, so no length may lead out. */
	mgt_parse_header(sector, size, &header);
	free(sector);
	MUST(header.length == 0 || !(header.blank || header.broken));
	MUST(header.length <= size);
	bytes = exact_copy(data, header.length, 0);
	mgt_parse(bytes, &header, &mgt);
	if (mgt.has_sr)
		check_ref(&header, &mgt.sr);
	for (uint32_t i = 0; i < mgt.vdi_count; i++) {
		const struct mgt_vdi *vdi = &mgt.vdis[i];
		size_t len;

		check_ref(&header, &vdi->uuid);
		if (vdi->has_snapshot_of)
			check_ref(&header, &vdi->snapshot_of);
		MUST(vdi->deleted_at < header.length);
		mgt_label(bytes, vdi, &len);
		MUST(len <= MGT_SECTOR);
	}
	mgt_free(&mgt);
	free(bytes);
	return 0;
}
