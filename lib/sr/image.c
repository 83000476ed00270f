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
	for (size_t i = 0; i < image->count; i++)
		free(image->blocks[i].data);
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

static void put_block(struct image *image, uint64_t offset, const uint8_t *data)
{
	size_t i = lower_bound(image, offset);
	uint8_t *copy;

	if (i < image->count && image->blocks[i].offset == offset) {
		memcpy(image->blocks[i].data, data, image->block_size);
		return;
	}
	image->blocks =
		alloc_more(image->blocks, image->count, sizeof(*image->blocks));
	copy = alloc_zeroed(image->block_size, 1);
	memcpy(copy, data, image->block_size);
	memmove(&image->blocks[i + 1], &image->blocks[i],
		(image->count - i) * sizeof(*image->blocks));
	image->blocks[i] = (struct image_block){ offset, copy };
	image->count++;
}

void image_put(struct image *image, uint64_t offset, const uint8_t *data,
	       size_t len)
{
	for (size_t done = 0; done < len; done += image->block_size)
		put_block(image, offset + done, data + done);
}

void image_clone(const struct image *from, struct image *to)
{
	image_init(to, from->block_size);
	for (size_t i = 0; i < from->count; i++)
		put_block(to, from->blocks[i].offset, from->blocks[i].data);
}

bool image_has(const struct image *image, uint64_t offset, uint64_t len)
{
	uint64_t start = offset / image->block_size * image->block_size;
	size_t i = lower_bound(image, start);

	for (; start < offset + len; start += image->block_size, i++) {
		if (i >= image->count || image->blocks[i].offset != start)
			return false;
	}
	return true;
}

/* Walks the pieces of offset..offset+len, one a block, all of them there. */
static void copy_pieces(const struct image *image, uint64_t offset,
			uint8_t *out, const uint8_t *in, size_t len)
{
	while (len) {
		const struct image_block *block = image_find(image, offset);
		size_t from = (size_t)(offset - block->offset);
		size_t n = image->block_size - from;

		if (n > len)
			n = len;
		if (out) {
			memcpy(out, block->data + from, n);
			out += n;
		} else {
			memcpy(block->data + from, in, n);
			in += n;
		}
		offset += n;
		len -= n;
	}
}

bool image_get(const struct image *image, uint64_t offset, void *to, size_t len)
{
	if (!image_has(image, offset, len))
		return false;
	copy_pieces(image, offset, to, NULL, len);
	return true;
}

bool image_patch(struct image *image, uint64_t offset, const void *from,
		 size_t len)
{
	if (!image_has(image, offset, len))
		return false;
	copy_pieces(image, offset, NULL, from, len);
	return true;
}
