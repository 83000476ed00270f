// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What every form of the program does first.
 */
#ifndef DRIVERS_PROCESS_H
#define DRIVERS_PROCESS_H

#include <time.h>

/* Without an open stdin, stdout and stderr the first socket would be one of
 * them, and our answer would go to the target. */
void process_open_standard_files(void);

/* The process holds CHAP passwords. */
void process_forbid_core_files(void);

/* Milliseconds since a time of CLOCK_MONOTONIC. */
unsigned long process_ms_since(const struct timespec *start);

#endif
