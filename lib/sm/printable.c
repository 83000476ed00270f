// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/printable.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* C1 controls are XML but steer terminals that print the answer. */
static char of_lines(uint32_t c)
{
	if (c == '\n' || c == '\t')
		return (char)c;
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0xfffe &&
			       c != 0xffff
		       ? '\0'
		       : '?';
}

static char of_one_line(uint32_t c)
{
	return c == '\n' || c == '\t' ? ' ' : of_lines(c);
}

char *printable_text(const char *text, bool one_line)
{
	return utf8_replace(text, strlen(text),
			    one_line ? of_one_line : of_lines);
}
