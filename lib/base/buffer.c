// SPDX-License-Identifier: LGPL-2.1-only
#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* Room for `len` more bytes at the end; NULL if there is none to be had. */
static uint8_t *extend(struct buffer *buffer, size_t len)
{
	if (buffer->failed)
		return NULL;
	if (len > buffer->room - buffer->len) {
		size_t room = buffer->room ? buffer->room : 256;
		uint8_t *data = NULL;

		while (room < SIZE_MAX / 2 && room - buffer->len < len)
			room *= 2;
		if (room - buffer->len >= len)
			data = realloc(buffer->data, room);
		if (!data) {
			buffer->failed = true;
			return NULL;
		}
		buffer->data = data;
		buffer->room = room;
	}
	buffer->len += len;
	return buffer->data + buffer->len - len;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t len)
{
	uint8_t *to = len ? extend(buffer, len) : NULL;

	if (to)
		memcpy(to, bytes, len);
}

void buffer_add_zeros(struct buffer *buffer, size_t len)
{
	uint8_t *to = len ? extend(buffer, len) : NULL;

	if (to)
		memset(to, 0, len);
}

void buffer_add_le32(struct buffer *buffer, uint32_t value)
{
	uint8_t bytes[4];

	put_le32(bytes, value);
	buffer_add(buffer, bytes, sizeof(bytes));
}

void buffer_add_le64(struct buffer *buffer, uint64_t value)
{
	uint8_t bytes[8];

	put_le64(bytes, value);
	buffer_add(buffer, bytes, sizeof(bytes));
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}
