// SPDX-License-Identifier: LGPL-2.1-only
/*
 * UTF-8, as strictly as XML readers take it: no overlong forms, no surrogates,
 * nothing beyond U+10FFFF. Pure.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Reads the character at the start of the `len` bytes at `text`. Returns how
 * many bytes it takes and sets *code_point, or returns 0 if the bytes there are
 * no character. */
size_t utf8_decode(const char *text, size_t len, uint32_t *code_point);

/* A copy, which the caller frees, with what `instead` wants in place of a
 * character: a single byte, or '\0' to leave it as it is. Bytes that are no
 * character become '?'. */
char *utf8_replace(const char *text, size_t len, char (*instead)(uint32_t c));

#endif
