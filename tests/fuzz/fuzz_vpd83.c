// SPDX-License-Identifier: LGPL-2.1-only
/*
 * SCSI answers: VPD pages 0x83 and 0x80, standard INQUIRY.
 */
#include "format/vpd83.h"
#include "tests/fuzz/fuzz.h"

static void check(enum scsi_id_result result, const char *id)
{
	if (result == SCSI_ID_FOUND)
		MUST(memchr(id, 0, SCSI_ID_SIZE) && id[0]);
	else
		MUST(id[0] == '!');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct scsi_names fixed = { "VENDOR  ",
						 "MODEL           " };
	uint8_t *page = exact_copy(data, size, 0);
	struct scsi_names names;
	char id[SCSI_ID_SIZE];

	scsi_inquiry_is_disk(page, size);
	scsi_names_from_inquiry(page, size, &names);
	id[0] = '!';
	check(scsi_id_from_page83(page, size, &fixed, id), id);
	id[0] = '!';
	check(scsi_id_from_page83(page, size, NULL, id), id);
	id[0] = '!';
	check(scsi_id_from_page80(page, size, &fixed, id), id);
	free(page);
	return 0;
}
