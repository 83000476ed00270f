// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The LVM label: any sector, with its checksum made right when asked, so that
 * pv_header and the lists of areas are reached.
 */
#include "base/bytes.h"
#include "format/lvm_label.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sr_builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lvm_label label;
	struct lvm_id id;
	struct error err;
	uint8_t *head;

	if (size < 1 || size > 1 + LVM_LABEL_SCAN_BYTES)
		return 0;
	head = exact_copy(data + 1, size - 1, LVM_LABEL_SCAN_BYTES);
	for (unsigned i = 0; i < LVM_LABEL_SCAN_SECTORS; i++) {
		if (data[0] >> i & 1)
			sr_seal_label(head + i * LVM_SECTOR_SIZE);
	}
	if (!lvm_label_find(head, &label, &err)) {
		uint8_t *sector = head + label.sector * LVM_SECTOR_SIZE;
		struct lvm_label again;

		MUST(label.mda_count <= LVM_MAX_MDAS);
		memset(id.chars, 'x', sizeof(id.chars));
		lvm_label_set_pv_id(&label, &id, sector);
		MUST(!lvm_label_find(head, &again, &err));
		MUST(again.sector == label.sector);
		MUST(lvm_id_equal(&again.pv_id, &id));
		MUST(again.mda_count == label.mda_count);
	} else {
		MUST(err.code == ERROR_LUN_CONTENT);
	}
	free(head);
	return 0;
}
