// SPDX-License-Identifier: LGPL-2.1-only
#include "sr/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void image_init(struct image *image, uint32_t block_size)
{
	*image = (struct image){ .block_size = block_size };
}

void image_free(struct image *image)
{
	for (size_t i = 0; i < image->chunk_count; i++)
		free(image->chunks[i]);
	free(image->chunks);
	free(image->blocks);
	image_init(image, image->block_size);
}

/* The index of the first block at or after `offset`. */
static size_t lower_bound(const struct image *image, uint64_t offset)
{
	size_t low = 0, high = image->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (image->blocks[mid].offset < offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct image_block *image_find(const struct image *image, uint64_t offset)
{
	uint64_t start = offset / image->block_size * image->block_size;
	size_t i = lower_bound(image, start);

	return i < image->count && image->blocks[i].offset == start
		       ? &image->blocks[i]
		       : NULL;
}

/* ---- more blocks ---- */

/* Room for `n` more blocks. */
static void make_room(struct image *image, size_t n)
{
	if (n <= image->room - image->count)
		return;
	if (n < image->count)
		n = image->count;
	image->room = image->count + n;
	image->blocks = alloc_checked(reallocarray(image->blocks, image->room,
						   sizeof(*image->blocks)));
}

static void add_block(struct image *image, uint64_t offset, uint8_t *data)
{
	image->blocks[image->count++] = (struct image_block){ offset, data };
}

void image_own(struct image *image, uint8_t *chunk)
{
	image->chunks = alloc_more(image->chunks, image->chunk_count,
				   sizeof(*image->chunks));
	image->chunks[image->chunk_count++] = chunk;
}

void image_append(struct image *image, uint64_t offset, uint8_t *data,
		  size_t len)
{
	make_room(image, len / image->block_size);
	for (size_t i = 0; i < len; i += image->block_size)
		add_block(image, offset + i, data + i);
}

void image_merge(struct image *image, struct image *more)
{
	struct image both;
	size_t i = 0;

	image_init(&both, image->block_size);
	make_room(&both, image->count + more->count);
	for (size_t k = 0; k < more->count; k++) {
		uint64_t offset = more->blocks[k].offset;

		while (i < image->count && image->blocks[i].offset < offset)
			both.blocks[both.count++] = image->blocks[i++];
		if (i < image->count && image->blocks[i].offset == offset)
			i++;
		both.blocks[both.count++] = more->blocks[k];
	}
	while (i < image->count)
		both.blocks[both.count++] = image->blocks[i++];
	free(image->blocks);
	image->blocks = both.blocks;
	image->count = both.count;
	image->room = both.room;
	while (more->chunk_count)
		image_own(image, more->chunks[--more->chunk_count]);
	image_free(more);
}

void image_put(struct image *image, uint64_t offset, const uint8_t *data,
	       size_t len)
{
	struct image more;
	uint8_t *copy;

	if (len == 0 || image_patch(image, offset, data, len))
		return;
	copy = alloc_zeroed(len, 1);
	memcpy(copy, data, len);
	image_init(&more, image->block_size);
	image_own(&more, copy);
	image_append(&more, offset, copy, len);
	image_merge(image, &more);
}

/* One past the last block, before `end`, up to which the bytes from block `i` on
 * lie in one piece of memory. */
static size_t piece_end(const struct image *image, size_t i, size_t end)
{
	const struct image_block *blocks = image->blocks;

	for (i++; i < end; i++) {
		if (blocks[i].data != blocks[i - 1].data + image->block_size)
			break;
	}
	return i;
}

void image_clone(const struct image *from, struct image *to)
{
	uint32_t size = from->block_size;
	uint8_t *chunk;

	image_init(to, size);
	if (from->count == 0)
		return;
	chunk = alloc_checked(reallocarray(NULL, from->count, size));
	image_own(to, chunk);
	make_room(to, from->count);
	for (size_t i = 0, next; i < from->count; i = next) {
		next = piece_end(from, i, from->count);
		memcpy(chunk, from->blocks[i].data, (next - i) * size);
		for (size_t k = i; k < next; k++, chunk += size)
			add_block(to, from->blocks[k].offset, chunk);
	}
}

/* ---- their bytes ---- */

/* Whether all of offset..offset+len is there; *first is then the index of the
 * block that it begins in. */
static bool find_all(const struct image *image, uint64_t offset, uint64_t len,
		     size_t *first)
{
	uint64_t start = offset / image->block_size * image->block_size;
	size_t i = *first = lower_bound(image, start);

	for (; start < offset + len; start += image->block_size, i++) {
		if (i >= image->count || image->blocks[i].offset != start)
			return false;
	}
	return true;
}

/* Walks the pieces of offset..offset+len, all of it there, from the first of its
 * blocks on. */
static void copy_pieces(const struct image *image, size_t first,
			uint64_t offset, uint8_t *out, const uint8_t *in,
			size_t len)
{
	size_t size = image->block_size, skip = offset % size;
	size_t end = first + (skip + len + size - 1) / size;

	for (size_t i = first, next; i < end; i = next) {
		uint8_t *data = image->blocks[i].data + skip;
		size_t n;

		next = piece_end(image, i, end);
		n = (next - i) * size - skip;
		if (n > len)
			n = len;
		if (out) {
			memcpy(out, data, n);
			out += n;
		} else {
			memcpy(data, in, n);
			in += n;
		}
		skip = 0;
		len -= n;
	}
}

bool image_get(const struct image *image, uint64_t offset, void *to, size_t len)
{
	size_t first;

	if (!find_all(image, offset, len, &first))
		return false;
	copy_pieces(image, first, offset, to, NULL, len);
	return true;
}

bool image_patch(struct image *image, uint64_t offset, const void *from,
		 size_t len)
{
	size_t first;

	if (!find_all(image, offset, len, &first))
		return false;
	copy_pieces(image, first, offset, NULL, from, len);
	return true;
}
