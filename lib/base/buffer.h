// SPDX-License-Identifier: LGPL-2.1-only
/* Bytes that grow at the end. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct buffer {
	uint8_t *data;
	size_t len, room;
};

void buffer_add(struct buffer *buffer, const void *bytes, size_t len);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buffer_add_zeros(struct buffer *buffer, size_t len);
void buffer_add_le32(struct buffer *buffer, uint32_t value);
void buffer_add_le64(struct buffer *buffer, uint64_t value);
void buffer_free(struct buffer *buffer);

#endif
