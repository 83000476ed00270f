// SPDX-License-Identifier: LGPL-2.1-only
#include "base/utf8.h"

#include <stdbool.h>
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

/* ---- safe text ---- */

static bool between(uint32_t c, uint32_t first, uint32_t last)
{
	return c >= first && c <= last;
}

static bool is_safe(uint32_t c)
{
	return c >= 0x20 && !between(c, 0x7f, 0x9f) && /* C0, DEL, C1 */
	       c != 0xad && c != 0x61c &&
	       !between(c, 0x200b, 0x200f) && /* no width; direction */
	       !between(c, 0x2028, 0x202e) && /* line ends; direction */
	       !between(c, 0x2060, 0x206f) && c != 0xfeff &&
	       !between(c, 0xfff0, 0xfffb) && !between(c, 0xfdd0, 0xfdef) &&
	       (c & 0xfffe) != 0xfffe && !between(c, 0xe0000, 0xe0fff);
}

/* What stands for a character: itself, '\0', or another. */
static char instead_of(uint32_t c, char feed)
{
	if (c == '\n' || c == '\t')
		return feed;
	return is_safe(c) ? '\0' : '?';
}

/* `to` has room for what was there, or is where it was. */
static void clean(const char *text, size_t len, char feed, char *to)
{
	while (len > 0) {
		uint32_t c = 0;
		size_t n = utf8_decode(text, len, &c);
		char other = n > 0 ? instead_of(c, feed) : '?';

		if (n == 0)
			n = 1;
		if (other) {
			*to++ = other;
		} else {
			memmove(to, text, n);
			to += n;
		}
		text += n;
		len -= n;
	}
	*to = '\0';
}

char *text_clean(const char *text, size_t len, char feed)
{
	char *copy = alloc_zeroed(len + 1, 1);

	clean(text, len, feed, copy);
	return copy;
}

void text_clean_here(char *text, char feed)
{
	clean(text, strlen(text), feed, text);
}

static const struct {
	const char *reference;
	char character;
} references[] = {
	{ "&amp;", '&' },  { "&lt;", '<' },    { "&gt;", '>' },
	{ "&quot;", '"' }, { "&apos;", '\'' },
};

/* How many bytes the reference at the start takes; 0 if there is none. */
static size_t take_reference(const char *bytes, size_t len, char *out)
{
	for (size_t i = 0; i < sizeof(references) / sizeof(*references); i++) {
		size_t n = strlen(references[i].reference);

		if (n <= len &&
		    memcmp(bytes, references[i].reference, n) == 0) {
			*out = references[i].character;
			return n;
		}
	}
	return 0;
}

char *text_clean_xml(const char *bytes, size_t len)
{
	char *plain = alloc_zeroed(len + 1, 1);
	char *safe;
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		size_t taken = take_reference(bytes + i, len - i, &plain[n]);

		if (taken == 0) {
			plain[n] = bytes[i];
			taken = 1;
		}
		n++;
		i += taken;
	}
	safe = text_clean(plain, n, '?');
	free(plain);
	return safe;
}
