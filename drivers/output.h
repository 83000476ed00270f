// SPDX-License-Identifier: LGPL-2.1-only
/*
 * The program's output.
 */
#ifndef DRIVERS_OUTPUT_H
#define DRIVERS_OUTPUT_H

/* Writes all of `text`; a failure is only logged. */
void output_write(int fd, const char *text);

/* Writes a list to stderr, which xapi hands to the client, and frees it. */
void output_list(char *list);

#endif
