// SPDX-License-Identifier: LGPL-2.1-only
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytes.h"

/* Room for `len` more bytes at the end. */
static uint8_t *extend(struct buffer *buffer, size_t len)
{
	if (len > buffer->room - buffer->len) {
		size_t room = buffer->room ? buffer->room : 256;

		while (room < SIZE_MAX / 2 && room - buffer->len < len)
			room *= 2;
		buffer->data = alloc_checked(
			room - buffer->len < len ? NULL
						 : realloc(buffer->data, room));
		buffer->room = room;
	}
	buffer->len += len;
	return buffer->data + buffer->len - len;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t len)
{
	if (len)
		memcpy(extend(buffer, len), bytes, len);
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void buffer_printf(struct buffer *buffer, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		alloc_checked(NULL);
	buffer_add(buffer, text, (size_t)n);
	free(text);
}

void buffer_add_zeros(struct buffer *buffer, size_t len)
{
	if (len)
		memset(extend(buffer, len), 0, len);
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
