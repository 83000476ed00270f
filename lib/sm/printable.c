// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/printable.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* C1 controls are XML but steer terminals that print the answer; xmlrpc-c fails
 * on what lies beyond U+FFFF. */
static bool is_printable(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c < 0xfffe;
}

char *printable_text(const char *text, bool one_line)
{
	size_t len = strlen(text);
	char *copy = malloc(len + 1);
	char *to = copy;

	if (!copy)
		return NULL;
	while (len > 0) {
		uint32_t c = 0;
		size_t n = utf8_decode(text, len, &c);

		if (n > 0 && is_printable(c)) {
			memcpy(to, text, n);
			to += n;
		} else if (c == '\n' || c == '\t') {
			*to++ = one_line ? ' ' : (char)c;
		} else {
			*to++ = '?';
		}
		if (n == 0)
			n = 1;
		text += n;
		len -= n;
	}
	*to = '\0';
	return copy;
}
