// SPDX-License-Identifier: LGPL-2.1-only
/*
 * LVM2's label, mda_headers and VG text on an image, to be read and written by
 * tests: what LVM itself would not write, with right checksums. Shares no code
 * with lib/.
 */
#ifndef MUTATE_LVM_EDIT_H
#define MUTATE_LVM_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECTOR	   512
#define MDA_HEADER 512
#define MOST_MDAS  2

struct edit_mda {
	uint64_t at, size; /* of the area, on the LUN */
	uint8_t header[MDA_HEADER];
};

struct edit {
	const char *path;
	int fd;
	uint64_t size;
	unsigned label_sector;
	uint8_t label[SECTOR];
	unsigned pv_header_at; /* in the label */
	unsigned extension_at; /* of pv_header_extension in the label */
	struct edit_mda mdas[MOST_MDAS];
	unsigned mda_count;
};

__attribute__((format(printf, 1, 2), noreturn)) void die(const char *format,
							 ...);

void edit_open(struct edit *e, const char *path);
void edit_read(const struct edit *e, uint64_t at, void *to, size_t len);
void edit_write(const struct edit *e, uint64_t at, const void *from,
		size_t len);
/* Moves *at on to where one of the two images is no hole; false at the end. */
bool edit_next_data(const struct edit *a, const struct edit *b, uint64_t *at);
/* Reads the label and mda_headers; dies if there are none. */
void edit_load(struct edit *e);
void edit_write_label(struct edit *e);
void edit_write_header(struct edit *e, unsigned mda);

/* Slot 0 of an area. */
uint64_t edit_text_at(const struct edit *e, unsigned mda);
uint64_t edit_text_size(const struct edit *e, unsigned mda);
bool edit_in_use(const struct edit *e, unsigned mda);

/* The committed text of an area, NUL included; the caller's. */
char *edit_get_text(const struct edit *e, unsigned mda, size_t *size);

/* Makes `size` bytes the committed text, at `at` in the area (wrapping), and
 * writes the header. */
void edit_put_text(struct edit *e, unsigned mda, uint64_t at, const char *text,
		   size_t size);

/* Replaces the first `old` in the text of each area in use, where it is; -1 if
 * there is none. The text's place does not change. */
int edit_replace(struct edit *e, const char *old, const char *new);

#endif
