// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What every form of the program does first, and last.
 */
#ifndef DRIVERS_PROCESS_H
#define DRIVERS_PROCESS_H

/* Without an open stdin, stdout and stderr the first socket would be one of
 * them, and our answer would go to the target. */
void process_open_standard_files(void);

/* The process holds CHAP passwords. */
void process_forbid_core_files(void);

/* The program's answer; a failure is only logged. */
void process_write(int fd, const char *text);

/* Writes a list to stderr, which xapi hands to the client, and frees it. */
void process_list(char *list);

#endif
