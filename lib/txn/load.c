// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/load.h"

#include <string.h>

#include "txn/read_blocks.h"

/* Label; headers; text; heads of LVs; rest of MGT and far VHD headers;
 * locators. One more round would mean that parsing asks in circles. */
#define MAX_ROUNDS 6

int load_outdated(struct error *err)
{
	return error_set(err, ERROR_LOCKED,
			 "the LUN was changed after it was read: another host, "
			 "or LVM, works with it; look at the result before you "
			 "try again");
}

static bool same(const struct image *a, const struct image *b)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct image_block *of_b =
			image_find(b, a->blocks[i].offset);

		if (!of_b ||
		    memcmp(a->blocks[i].data, of_b->data, a->block_size) != 0)
			return false;
	}
	return true;
}

void load_check_refusal(struct lun *lun, const struct image *seen,
			struct error *err)
{
	struct want_list wants = { 0 };
	struct image now;

	image_init(&now, seen->block_size);
	for (size_t i = 0; i < seen->count; i++)
		want_range(&wants, seen->blocks[i].offset, seen->block_size);
	if (!read_wanted(lun, &wants, &now, err) && !same(seen, &now))
		load_outdated(err);
	want_list_free(&wants);
	image_free(&now);
}

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
	if (failed && err->code == ERROR_LUN_CONTENT)
		load_check_refusal(lun, &snap.image, err);
	if (failed) {
		snapshot_free(&snap);
		return -1;
	}
	*out = snap;
	return 0;
}
