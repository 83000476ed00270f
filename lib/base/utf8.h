// SPDX-License-Identifier: LGPL-2.1-only
/*
 * UTF-8, as strictly as XML readers take it: no overlong forms, no surrogates,
 * nothing beyond U+10FFFF; and text made safe. Pure.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Reads the character at the start of the `len` bytes at `text`. Returns how
 * many bytes it takes and sets *code_point, or returns 0 if the bytes there are
 * no character. */
size_t utf8_decode(const char *text, size_t len, uint32_t *code_point);

/* A copy, which the caller frees, of text that came from a disk, a target, xapi
 * or a user, made safe to show: it may hold anything. Control characters steer
 * terminals, direction marks make text look like another, and broken UTF-8
 * breaks whoever reads JSON or XML. Each such character becomes '?'; so does
 * one that is neither, beyond what Unicode gives to text. A line feed or tab
 * becomes `feed`, or stays if that is '\0'. */
char *text_clean(const char *text, size_t len, char feed);

/* The same where it stands, for who must not ask for memory. */
void text_clean_here(char *text, char feed);

/* The same, in one line, for the content of an XML element as SM writes it: the
 * references &amp; &lt; &gt; &quot; &apos; become what they stand for. */
char *text_clean_xml(const char *bytes, size_t len);

#endif
