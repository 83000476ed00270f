// SPDX-License-Identifier: LGPL-2.1-only
/* The clock for deadlines, which no one sets back. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t clock_now_ms(void);

/* What this process is doing begins now; and how long it has taken. */
void clock_restart(void);
int64_t clock_elapsed_ms(void);

#endif
