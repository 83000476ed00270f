// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Some blocks of a LUN, by their place: what was read of it, or what it shall
 * become. Sparse, sorted, in blocks of the LUN's size.
 */
#ifndef SR_IMAGE_H
#define SR_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image_block {
	uint64_t offset; /* bytes from the LUN's start, a whole block */
	uint8_t *data;	 /* block_size bytes, in one of the chunks */
};

struct image {
	uint32_t block_size;
	struct image_block *blocks; /* by offset, each once */
	size_t count, room;
	uint8_t **chunks; /* what their bytes lie in, owned */
	size_t chunk_count;
};

void image_init(struct image *image, uint32_t block_size);
void image_free(struct image *image);

/* A deep copy. */
void image_clone(const struct image *from, struct image *to);

/* The block that holds byte `offset`, or NULL. */
const struct image_block *image_find(const struct image *image,
				     uint64_t offset);

/* Puts `len` bytes of whole blocks at `offset`, replacing what is there. For many
 * ranges that are not there yet, one image_merge is faster. */
void image_put(struct image *image, uint64_t offset, const uint8_t *data,
	       size_t len);

/* Gives the image memory that it frees with its blocks; then adds the blocks of
 * `len` bytes at `offset`, behind all that are there, whose bytes lie, or will,
 * at `data` in such memory. */
void image_own(struct image *image, uint8_t *chunk);
void image_append(struct image *image, uint64_t offset, uint8_t *data,
		  size_t len);

/* Moves all blocks of `more` to `image`, replacing what is there; `more` is
 * empty then. */
void image_merge(struct image *image, struct image *more);

/* Copies bytes out; false if a block is missing. */
bool image_get(const struct image *image, uint64_t offset, void *to,
	       size_t len);

/* Changes bytes of blocks that are there; false, with nothing changed, if one
 * is missing. */
bool image_patch(struct image *image, uint64_t offset, const void *from,
		 size_t len);

#endif
