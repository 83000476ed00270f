// SPDX-License-Identifier: LGPL-2.1-only
#include "txn/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

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
	if (!read_wanted(lun, &wants, false, &now, err) && !same(seen, &now))
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
			failed = read_wanted(lun, &wants, false, &snap.image,
					     err);
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

/* Ranges nearer than this are read in one command. */
#define MAX_GAP 4096

/* A sound SR of thousands of VDIs needs a few MiB; a hostile one may claim
 * more, and is not believed. */
#define MAX_BYTES (256u << 20)

static int compare_offsets(const void *a, const void *b)
{
	const struct lun_io *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Widens ranges to blocks, sorts and joins them. Returns how many are left. */
static size_t join(struct lun_io *ios, const struct want_list *wants,
		   uint32_t block)
{
	size_t n = 0;

	for (size_t i = 0; i < wants->count; i++) {
		uint64_t from = wants->items[i].offset / block * block;
		uint64_t to = wants->items[i].offset + wants->items[i].len;

		to = (to + block - 1) / block * block;
		ios[i] = (struct lun_io){ .offset = from,
					  .len = (size_t)(to - from) };
	}
	qsort(ios, wants->count, sizeof(*ios), compare_offsets);
	for (size_t i = 1; i < wants->count; i++) {
		uint64_t end = ios[n].offset + ios[n].len;
		uint64_t to = ios[i].offset + ios[i].len;

		if (ios[i].offset > end + MAX_GAP)
			ios[++n] = ios[i];
		else if (to > end)
			ios[n].len = (size_t)(to - ios[n].offset);
	}
	return n + 1;
}

static int read_into(struct lun *lun, bool flush, struct lun_io *ios, size_t n,
		     struct image *image, struct error *err)
{
	struct image more;
	size_t total = 0;
	uint8_t *data;
	int failed;

	for (size_t i = 0; i < n; i++) {
		if (ios[i].len > MAX_BYTES || total > MAX_BYTES)
			return error_set(err, ERROR_LUN_CONTENT,
					 "the SR's metadata claims more than "
					 "%u MiB; it is damaged",
					 MAX_BYTES >> 20);
		total += ios[i].len;
	}
	data = alloc_zeroed(total, 1);
	image_init(&more, image->block_size);
	image_own(&more, data);
	for (size_t i = 0; i < n; data += ios[i++].len) {
		ios[i].data = data;
		image_append(&more, ios[i].offset, data, ios[i].len);
	}
	failed = flush ? lun_flush_read(lun, ios, n, err)
		       : lun_read(lun, ios, n, err);
	if (!failed)
		image_merge(image, &more);
	image_free(&more);
	return failed;
}

int read_wanted(struct lun *lun, const struct want_list *wants, bool flush,
		struct image *image, struct error *err)
{
	struct lun_io *ios;
	int failed;

	if (wants->count == 0)
		return flush ? lun_flush_read(lun, NULL, 0, err) : 0;
	ios = alloc_zeroed(wants->count, sizeof(*ios));
	failed = read_into(lun, flush, ios, join(ios, wants, lun->block_size),
			   image, err);
	free(ios);
	return failed;
}
