// SPDX-License-Identifier: LGPL-2.1-only
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

size_t utf8_decode(const char *text, size_t len, uint32_t *code_point)
{
	/* the smallest code point that needs this many bytes */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;
	size_t need;
	uint32_t c;

	if (len == 0)
		return 0;
	c = p[0];
	if (c < 0x80) {
		need = 1;
	} else if ((c & 0xe0) == 0xc0) {
		need = 2;
		c &= 0x1f;
	} else if ((c & 0xf0) == 0xe0) {
		need = 3;
		c &= 0x0f;
	} else if ((c & 0xf8) == 0xf0) {
		need = 4;
		c &= 0x07;
	} else {
		return 0;
	}
	if (need > len)
		return 0;
	for (size_t i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[need] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code_point = c;
	return need;
}

char *utf8_replace(const char *text, size_t len, char (*instead)(uint32_t c))
{
	char *copy = alloc_zeroed(len + 1, 1);
	char *to = copy;

	while (len > 0) {
		uint32_t c = 0;
		size_t n = utf8_decode(text, len, &c);
		char other = n > 0 ? instead(c) : '?';

		if (n == 0)
			n = 1;
		if (other) {
			*to++ = other;
		} else {
			memcpy(to, text, n);
			to += n;
		}
		text += n;
		len -= n;
	}
	*to = '\0';
	return copy;
}
