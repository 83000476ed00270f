// SPDX-License-Identifier: LGPL-2.1-only
/*
 * SCSI answers: the standard INQUIRY and VPD pages, one after the other, each
 * with a byte for its length in front.
 */
#include "format/vpd.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copies[VPD_QUESTIONS];
	struct vpd_pages pages;
	struct lun_names names;
	const char *name = NULL;

	for (int i = 0; i < VPD_QUESTIONS; i++) {
		size_t len = size ? data[0] : 0;

		data += size > 0;
		size -= size > 0;
		if (len > size)
			len = size;
		copies[i] = exact_copy(data, len, 0);
		pages.answers[i] = (struct vpd_page){ copies[i], len };
		data += len;
		size -= len;
	}
	vpd_names(&pages, &names);
	scsi_inquiry_is_disk(copies[0], pages.answers[0].len);
	MUST(memchr(names.scsi_id.text, 0, SCSI_ID_SIZE));
	MUST(memchr(names.old_scsi_id.text, 0, SCSI_ID_SIZE));
	while ((name = lun_names_next(&names, name))) {
		MUST(name < names.all + sizeof(names.all));
		MUST(strlen(name) < SCSI_ID_SIZE);
		MUST(lun_names_in(&names, name));
		MUST(lun_names_can_tell(&names, name));
	}
	MUST(lun_names_same(&names, &names) == !!names.all[0]);
	for (int i = 0; i < VPD_QUESTIONS; i++)
		free(copies[i]);
	return 0;
}
