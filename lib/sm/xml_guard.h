// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What an XML text must not hold before a parser may see it. xmlrpc-c's parser
 * expands entities without a limit and frees its tree by recursion, so that a
 * short text could cost all memory or all stack.
 */
#ifndef SM_XML_GUARD_H
#define SM_XML_GUARD_H

#include <stddef.h>

/* Returns NULL if `xml` is UTF-8 without NULs, declares no document type or
 * entity and nests its elements at most `max_depth` deep. Otherwise words for
 * the user (static) that quote nothing of the text. Well-formedness is left to
 * the parser. */
const char *xml_objection(const char *xml, size_t len, unsigned max_depth);

#endif
