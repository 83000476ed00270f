// SPDX-License-Identifier: LGPL-2.1-only
/*
 * vpd_names FOLDER: what a LUN is called whose answers to INQUIRY are in the
 * files `standard`, `00`, `80` and `83` there (a missing one: it has no such
 * page). Prints what scsi_id prints, what it printed before systemd 243, then
 * every name, one a line.
 */
#include <stdio.h>

#include "format/vpd.h"

int main(int argc, char **argv)
{
	static const char *const files[VPD_QUESTIONS] = {
		[VPD_STANDARD] = "standard",
		[VPD_LIST] = "00",
		[VPD_SERIAL] = "80",
		[VPD_IDS] = "83",
	};
	static uint8_t data[VPD_QUESTIONS][65536];
	struct vpd_pages pages = { 0 };
	struct lun_names names;
	const char *name = NULL;

	if (argc != 2)
		return 2;
	for (int i = 0; i < VPD_QUESTIONS; i++) {
		char path[4096];
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s", argv[1], files[i]);
		file = fopen(path, "r");
		if (!file)
			continue;
		pages.answers[i].data = data[i];
		pages.answers[i].len = fread(data[i], 1, sizeof(data[i]), file);
		fclose(file);
	}
	vpd_names(&pages, &names);
	printf("%s\n%s\n", names.scsi_id.text, names.old_scsi_id.text);
	while ((name = lun_names_next(&names, name)))
		printf("%s\n", name);
	return 0;
}
