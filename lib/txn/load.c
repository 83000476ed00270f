// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/load.h"

#include "txn/read_blocks.h"

/* Label; headers; text; heads of LVs; rest of MGT and far VHD headers;
 * locators. One more round would mean that parsing asks in circles. */
#define MAX_ROUNDS 6

int load_snapshot(struct lun *lun, struct image *seen, struct snapshot *out,
		  struct error *err)
{
	struct want_list wants = { 0 };
	struct snapshot snap;
	int failed = 0;

	snapshot_init(&snap, lun->size, lun->block_size);
	if (seen) {
		snap.image = *seen;
		image_init(seen, lun->block_size);
	}
	for (int round = 0; !failed; round++) {
		failed = snapshot_parse(&snap, &wants, err);
		if (failed || wants.count == 0)
			break;
		if (round == MAX_ROUNDS)
			failed = error_set(err, ERROR_INTERNAL,
					   "parsing the LUN does not end");
		else
			failed = read_wanted(lun, &wants, &snap.image, err);
	}
	want_list_free(&wants);
	if (failed) {
		snapshot_free(&snap);
		return -1;
	}
	*out = snap;
	return 0;
}
