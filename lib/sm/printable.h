// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Text from a LUN, a target or a user, made fit for XML and for terminals that
 * print it. Pure.
 */
#ifndef SM_PRINTABLE_H
#define SM_PRINTABLE_H

#include <stdbool.h>

/* A copy in which whatever an XML text cannot hold, or steers a terminal
 * (control characters, broken UTF-8), is '?'. With `one_line`, line feeds and
 * tabs are blanks, else they stay. The caller frees it. */
char *printable_text(const char *text, bool one_line);

#endif
