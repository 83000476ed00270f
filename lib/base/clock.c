// SPDX-License-Identifier: LGPL-2.1-only
#include "base/clock.h"

#include <time.h>

static int64_t began;

int64_t clock_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_restart(void)
{
	began = clock_now_ms();
}

int64_t clock_elapsed_ms(void)
{
	return clock_now_ms() - began;
}
