// SPDX-License-Identifier: LGPL-2.1-only
/* The clock for deadlines, which no one sets back. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t clock_now_ms(void);

#endif
