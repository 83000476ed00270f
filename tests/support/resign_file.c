// SPDX-License-Identifier: LGPL-2.1-only
/*
 * resign_file IMAGE [NEW_SR_UUID [BLOCK_SIZE [keep|drop]]]: resigns an image
 * file without a target, as the driver would the LUN; the last word is
 * device_config's `snapshots`. Exit 0, or 1 with the error on stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/resign_lun.h"
#include "lun/lun_file.h"

int main(int argc, char **argv)
{
	struct journal_owner owner = { .scsi_id = "" };
	struct plan_options options = {
		.choices.drop_snapshots =
			argc > 4 && strcmp(argv[4], "drop") == 0,
		.choices.keep_journals =
			argc < 6 || strcmp(argv[5], "refuse") != 0,
	};
	struct error err;
	struct lun *lun;
	int failed;

	if (argc < 2 || argc > 6) {
		fprintf(stderr,
			"usage: %s IMAGE [NEW_SR_UUID [BLOCK_SIZE "
			"[keep|drop [keep|refuse]]]]\n",
			argv[0]);
		return 2;
	}
	uuid_new(&options.new_sr);
	if (argc > 2 && (strlen(argv[2]) != UUID_TEXT_LEN ||
			 !uuid_from_text(argv[2], &options.new_sr))) {
		fprintf(stderr, "not a uuid: %s\n", argv[2]);
		return 2;
	}
	failed =
		lun_file_open(argv[1], argc > 3 ? (uint32_t)atoi(argv[3]) : 512,
			      true, &lun, &err);
	if (!failed) {
		failed = lun_file_lock(lun, &err) ||
			 resign_lun(lun, &options, &owner, NULL, NULL, &err);
		lun_close(lun);
	}
	if (failed)
		fprintf(stderr, "%s\n", err.text);
	return failed ? 1 : 0;
}
