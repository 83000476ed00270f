// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Text that came from a disk, made safe to show: it may hold anything.
 *
 * Control characters steer terminals, direction marks make text look like
 * another, and broken UTF-8 breaks whoever reads JSON or XML. Each such
 * character becomes '?'; so does one that is neither, beyond what Unicode
 * gives to text. What is left is UTF-8 in one line.
 */
#ifndef REPORT_CLEAN_H
#define REPORT_CLEAN_H

#include <stddef.h>

/* A copy of `len` bytes, which the caller frees. */
char *report_clean(const char *bytes, size_t len);

/* The same for the content of an XML element as SM writes it: the references
 * &amp; &lt; &gt; &quot; &apos; become what they stand for. */
char *report_clean_xml(const char *bytes, size_t len);

#endif
