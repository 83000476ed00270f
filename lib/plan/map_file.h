// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The map file: new identifiers that a user chooses, and the form in which a
 * plan is handed to the resign that carries it out.
 *
 *   # a comment, or an empty line
 *   entries N               how many of the lines below are to come
 *   OLD-UUID NEW-UUID       of the SR or a VDI
 *   OLD-ID NEW-ID           LVM's, with dashes: of the PV, the VG or an LV
 *   digest 8-HEX-DIGITS     the plan that is expected: another is refused
 *
 * Blanks separate words. An old identifier stands there once. A semicolon ends
 * a line, too: xe cuts an argument at its first line feed. A map that was
 * written here says first how many entries it has, so that no part of it passes
 * for the whole; one that maps nothing is refused.
 */
#ifndef PLAN_MAP_FILE_H
#define PLAN_MAP_FILE_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "plan/plan.h"

/* With which a map that was written here begins. */
#define ID_MAP_FIRST_LINE "# the SR\n"

/* Far more than the largest SR needs. */
#define ID_MAP_MAX (16u << 20)

/* Reads `len` bytes, which need not end with a NUL. Free *out
 * with chosen_free. ERROR_BAD_VALUE names the line. */
int id_map_parse(const char *text, size_t len, struct chosen_ids *out,
		 struct error *err);

/* The same text on one line, with its NUL; the caller frees it. NULL without
 * memory. */
char *id_map_one_line(const struct buffer *map);

/* Writes all that a resign needs to make the plan's writes, and no others. */
void id_map_write(const struct plan *plan, struct buffer *out);

#endif
