// SPDX-License-Identifier: LGPL-2.1-only
#include "report/clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

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

static char instead(uint32_t c)
{
	return is_safe(c) ? '\0' : '?';
}

char *report_clean(const char *bytes, size_t len)
{
	return utf8_replace(bytes, len, instead);
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

char *report_clean_xml(const char *bytes, size_t len)
{
	char *plain = alloc_zeroed(len + 1, 1);
	char *clean;
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
	clean = report_clean(plain, n);
	free(plain);
	return clean;
}
